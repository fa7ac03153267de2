"""Events as a run tells them, with figures that are easy to recompute."""

from collections.abc import Iterator, Sequence
from typing import Any

from hgt_studio.device.base import DeviceMemory
from hgt_studio.device.host import HostMemory
from hgt_studio.device.monitor import MemoryReading
from hgt_studio.training.events import EpochDone, Evaluated, Event, MemoryRead, PhaseStarted, RunStarted, StepsDone

STEPS_PER_EPOCH = 4
SEEDS_PER_STEP = 512
GB = 1_000_000_000


def run_events(mrr: Sequence[float], *, num_epochs: int = 10, first_epoch: int = 1) -> Iterator[Event]:
    """Load, prepare, then an epoch with its evaluation for each of the MRRs; the run is not over then."""
    yield PhaseStarted("load")
    yield PhaseStarted("prepare")
    first_step = (first_epoch - 1) * STEPS_PER_EPOCH
    yield RunStarted("CPU", 1000, 500, 20, STEPS_PER_EPOCH, SEEDS_PER_STEP, num_epochs, first_step, 1)
    best, since_best = -1.0, 0
    for epoch, value in enumerate(mrr, first_epoch):
        yield PhaseStarted("train")
        for step in range((epoch - 1) * STEPS_PER_EPOCH + 1, epoch * STEPS_PER_EPOCH + 1):
            yield steps_done(step)
            yield memory_read(float(step))
        yield EpochDone(epoch, epoch * STEPS_PER_EPOCH, 1 / epoch, 0.5 / epoch, 1.5 / epoch, 2.0)
        yield PhaseStarted("evaluate")
        since_best = 0 if value > best else since_best + 1
        best = max(best, value)
        yield evaluated(epoch, value, since_best=since_best)
        yield PhaseStarted("save")


def steps_done(step: int, *, seeds_per_second: float = 3410.0) -> StepsDone:
    """Losses 4 / step, 3 / step and 5 / step."""
    epoch = (step - 1) // STEPS_PER_EPOCH + 1
    return StepsDone(step, epoch, 4 / step, 3 / step, 5 / step, 0.001, seeds_per_second, 0.25, 7)


def memory_read(seconds: float) -> MemoryRead:
    """Allocated 2 GB of a recommended 11 GB."""
    host = HostMemory(16 * GB, 6 * GB, 0, 3 * GB)
    return MemoryRead(MemoryReading(seconds, host, DeviceMemory(16 * GB, 11 * GB, 9 * GB, 2 * GB, 2 * GB + 1, 2 * GB)))


def evaluated(epoch: int, mrr: float, *, since_best: int = 0, edges: Any = "validation") -> Evaluated:
    """With AUROC unknown, and a cosine of 0.2 between genes and 0.1 between drugs."""
    judged = {"mrr": mrr, "hits@1": mrr / 2, "hits@3": mrr, "hits@10": mrr * 2, "auroc": None, "average_precision": 0.6}
    finding = {"name": "effective_rank", "value": 9.0, "verdict": "watch", "rule": "good above 10.00"}
    health = {
        "mean_abs_cosine": 0.15, "effective_rank": 9.0, "components_90": 5, "near_duplicate_share": 0.0,
        "uniformity": -2.0, "mean_abs_cosine_by_type": {"gene": 0.2, "drug": 0.1},
        "findings": [finding | {"cause": "over-smoothing", "remedy": "use fewer layers"}],
    }  # fmt: skip
    metrics = {edges: judged, "health": health}
    return Evaluated(edges, epoch, epoch * STEPS_PER_EPOCH, metrics, since_best == 0, since_best, 3.0)
