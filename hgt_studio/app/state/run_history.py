"""What a run has told so far, ready to be drawn: plain data gathered from its events."""

from collections import defaultdict
from typing import Any, Final

from hgt_studio.app.state.series import Series
from hgt_studio.training.events import (
    EpochDone,
    Evaluated,
    Event,
    MemoryRead,
    Phase,
    PhaseStarted,
    RunStarted,
    StepsDone,
)

QUALITY_METRICS: Final = {
    "mrr": "MRR", "hits@1": "Hits@1", "hits@3": "Hits@3", "hits@10": "Hits@10", "auroc": "AUROC",
    "average_precision": "Avg. precision",
}  # fmt: skip
HEALTH_FIGURES: Final = ("mean_abs_cosine", "effective_rank", "components_90", "near_duplicate_share", "uniformity")

_SMOOTHING: Final = 0.9
_LOSSES: Final = {"smoothed": "loss", "link": "link_loss", "contrastive": "contrastive_loss"}

Group = dict[str, Series]


class RunHistory:
    """Grows by `add`. x is the epoch, of `memory` the seconds since training was prepared.

    loss: "batch" as told, "validation" of the held-out edges, the others smoothed exponentially; epoch_loss: means of
    whole epochs; quality, health and cosine (mean absolute cosine between nodes of one type, by type): of the
    validation edges; memory: in bytes.
    """

    def __init__(self) -> None:
        self.loss: Group = defaultdict(Series)
        self.epoch_loss = Series()
        self.quality: Group = defaultdict(Series)
        self.health: Group = defaultdict(Series)
        self.cosine: Group = defaultdict(Series)
        self.memory: Group = defaultdict(Series)
        self.seeds_per_second = Series()
        self.evaluation_seconds = Series()
        self.phase: Phase | None = None
        self.started: RunStarted | None = None
        self.steps: StepsDone | None = None
        self.validation: Evaluated | None = None
        self.best: Evaluated | None = None
        self.test: Evaluated | None = None
        self.reading: MemoryRead | None = None

    def add(self, event: Event) -> None:
        """Take in the next event."""
        match event:
            case PhaseStarted("train") if self.steps is None:
                self.phase = "warm_up"  # the first batches: kernels are compiled, caches filled
            case PhaseStarted(phase):
                self.phase = phase
            case RunStarted():
                self.started = event
            case StepsDone():
                self._add_steps(event)
            case EpochDone():
                self.epoch_loss.append(event.epoch, event.loss)
            case Evaluated():
                self._add_evaluation(event)
            case MemoryRead():
                self._add_memory(event)
            case _:
                pass

    def _add_steps(self, event: StepsDone) -> None:
        if self.phase == "warm_up":
            self.phase = "train"
        self.steps = event
        self.seeds_per_second.append(event.step, event.seeds_per_second)
        if self.started is None:
            return
        epoch = event.step / self.started.steps_per_epoch
        self.loss["batch"].append(epoch, event.loss)
        for name, field in _LOSSES.items():
            value, before = getattr(event, field), self.loss[name].last
            self.loss[name].append(epoch, value if before is None else _SMOOTHING * before + (1 - _SMOOTHING) * value)

    def _add_evaluation(self, event: Evaluated) -> None:
        if event.edges == "test":
            self.test = event
            return
        self.validation = event
        if event.is_best:
            self.best = event
        self.evaluation_seconds.append(event.epoch, event.seconds)
        metrics, health = event.metrics["validation"], event.metrics["health"]
        _append(self.loss, event.epoch, {"validation": metrics.get("pairwise_loss")})
        _append(self.quality, event.epoch, {name: metrics.get(name) for name in QUALITY_METRICS})
        _append(self.health, event.epoch, {name: health.get(name) for name in HEALTH_FIGURES})
        _append(self.cosine, event.epoch, health["mean_abs_cosine_by_type"])

    def _add_memory(self, event: MemoryRead) -> None:
        self.reading = event
        reading = event.reading
        device = {} if reading.device is None else {
            "allocated": reading.device.allocated_bytes, "driver": reading.device.driver_bytes,
        }  # fmt: skip
        host = {"process": reading.host.process_bytes, "available": reading.host.available_bytes}
        _append(self.memory, reading.seconds, device | host)


def _append(group: Group, x: float, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is not None:  # could not be computed
            group[name].append(x, value)
