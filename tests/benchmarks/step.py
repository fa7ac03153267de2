"""One training step of the default configuration at full scale, against PyG's `HGTConv` on the same batch.

The limit is the step's own matrix products, needed rows only, forward and backward, as one product for each layer
and type and one batched product for each relation map.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.device.allocations import track_allocations
from hgt_studio.device.base import Device
from hgt_studio.device.selection import select_device
from hgt_studio.graph import load_graph
from hgt_studio.model.network import HGTNetwork
from hgt_studio.sampling.batch import Batch
from hgt_studio.training.batch_gradients import BatchGradients
from hgt_studio.training.optimiser import clear_gradients, make_optimiser
from hgt_studio.training.task import prepare_task
from tests.benchmarks.full_graph import full_scale_csv

_SEEDS = 512
_VIEWS = {
    "view", "_unsafe_view", "slice", "unsqueeze", "squeeze", "transpose", "t", "expand", "detach", "split",
    "split_with_sizes", "unbind", "select", "diagonal", "as_strided", "permute",
}  # fmt: skip


class CallCounter(TorchDispatchMode):
    """Counts the ATen operations that are dispatched."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.calls[str(function).split(".")[1]] += 1
        return function(*args, **(kwargs or {}))

    @property
    def working(self) -> int:
        """Calls that do more than look at memory in another way."""
        return sum(count for name, count in self.calls.items() if name not in _VIEWS)


def measure(device: str) -> dict[str, float]:
    """Seconds, calls and memory of the step and of its peers."""
    from torch_geometric.nn import HGTConv

    from tests.benchmarks.pyg_step import EinsumHGTConv, pyg_step

    config = apply_overrides(RunConfig(), [f"sampling.batch_size={_SEEDS}"])
    place = select_device(device)  # type: ignore[arg-type]
    at = place.torch_device()
    task = prepare_task(load_graph(full_scale_csv()), config, at.type)
    network = HGTNetwork.for_graph(config, task.graph).to(at)
    optimiser = make_optimiser(network, config.training)
    batch = task.maker.make(0, task.shape)
    figures: dict[str, float] = {}
    for record in (False, True) if place.can_record else (False,):
        how = "replayed" if record else "ours"
        gradients = BatchGradients(network, place, 1, record=record)
        recording = _peak_mib(lambda g=gradients: g.prepare(batch), place)  # type: ignore[misc]

        def step(gradients: BatchGradients = gradients) -> None:
            clear_gradients(network)
            gradients.add(batch)
            optimiser.step()

        step()
        with CallCounter() as counter:
            step()
        figures |= {
            f"{how}, forward + backward, s": _median_seconds(lambda g=gradients: g.add(batch), place, 7),  # type: ignore[misc]
            f"{how}, with AdamW over the whole table, s": _median_seconds(step, place, 5),
            f"{how}, ATen calls of the whole step": float(counter.calls.total()),
            f"{how}, of these no views": float(counter.working),
            f"{how}, peak of forward + backward, MiB": recording + _peak_mib(lambda g=gradients: g.add(batch), place),  # type: ignore[misc]
        }
        gradients.forget()
    figures["its matrix products alone, s"] = _median_seconds(_products(batch, config, at), place, 5)
    ours = min(value for name, value in figures.items() if name.endswith("forward + backward, s"))
    figures["ours / its matrix products"] = ours / figures["its matrix products alone, s"]
    for name, conv in {"PyG HGTConv": HGTConv, "with an einsum per edge type": EinsumHGTConv}.items():
        peer = pyg_step(conv, task, batch, config, at)
        figures[f"{name}, peak, MiB"] = _peak_mib(peer, place)
        figures[f"{name}, s"] = _median_seconds(peer, place, 1 if device == "cpu" else 3)
        figures[f"{name} / ours"] = figures[f"{name}, s"] / ours
    return figures


def _median_seconds(work: Callable[[], object], device: Device, repeats: int) -> float:
    times = []
    for _ in range(repeats):
        device.synchronize()
        start = time.perf_counter()
        work()
        device.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _peak_mib(work: Callable[[], object], device: Device) -> float:
    with track_allocations(device) as allocations:
        work()
    return allocations.peak_bytes / 2**20


def _products(batch: Batch, config: RunConfig, device: torch.device) -> Callable[[], None]:
    """The matrix products of a step: of needed rows alone, forward, and twice as much backward."""
    hidden, heads = config.architecture.hidden_dim, config.architecture.num_heads
    layers, shape = config.architecture.num_layers, batch.shape
    operands = []
    for blocks in range(layers, 0, -1):
        for hops, width in ((blocks, 2 * hidden), (blocks - 1, hidden), (blocks - 1, hidden)):
            rows: Counter[int] = Counter()
            for run in batch.runs:
                rows[run.node_type] += (run.end_row - run.first_row) * (run.hop <= hops)
            operands += [(1, count, hidden, width) for count in rows.values() if count]
        segments = shape.segments[blocks - 1]
        operands += 2 * [(segments // shape.segment_tile * heads, shape.segment_tile, hidden // heads, hidden // heads)]
    tensors = [
        tuple(torch.randn(n, *size, device=device) for size in ((rows, inner), (inner, width), (rows, width)))
        for n, rows, inner, width in operands
    ]

    def work() -> None:
        for x, weight, out in tensors:
            torch.bmm(x, weight)
            torch.bmm(out, weight.transpose(1, 2))
            torch.bmm(x.transpose(1, 2), out)

    return work
