"""One training step of the default configuration at full scale, against PyG's `HGTConv` on the same batch.

The peer does what a script with PyG does: two `HGTConv` layers over the whole sampled subgraph, ReLU between, and the
dot products of the same supervision edges. Both sides run forward and backward on one batch.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from hgt_studio.config import RunConfig
from hgt_studio.device.selection import select_device
from hgt_studio.graph import load_graph
from hgt_studio.model.network import HGTNetwork
from hgt_studio.sampling.batch import Batch
from hgt_studio.training.optimiser import clear_gradients, make_optimiser
from hgt_studio.training.task import TrainingTask, prepare_task
from tests.benchmarks.full_graph import full_scale_csv


class CallCounter(TorchDispatchMode):
    """Counts the ATen operations that are dispatched."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.calls[str(function)] += 1
        return function(*args, **(kwargs or {}))


def measure(device: str) -> dict[str, float]:
    """Seconds of forward + backward for both, ATen calls of ours with the optimiser step."""
    config = RunConfig()
    place = select_device(device)  # type: ignore[arg-type]
    task = prepare_task(load_graph(full_scale_csv()), config, place.torch_device().type)
    network = HGTNetwork.for_graph(config, task.graph).to(place.torch_device())
    optimiser = make_optimiser(network, config.training)
    batch = task.maker.make(0, task.shape)

    def forward_and_backward() -> None:
        clear_gradients(network)
        network(batch.to(place.torch_device())).total.backward()

    def step() -> None:
        forward_and_backward()
        optimiser.step()

    step()
    with CallCounter() as counter:
        step()
    ours = _median_seconds(forward_and_backward, place.synchronize, repeats=7)
    step_seconds = _median_seconds(step, place.synchronize, repeats=5)
    pyg_step = _pyg_step(task, batch, config, place.torch_device())
    peer = _median_seconds(pyg_step, place.synchronize, repeats=1, warm_up=0)
    return {
        "ours, forward + backward, s": ours,
        "ours, with AdamW over the whole table, s": step_seconds,
        "PyG HGTConv, forward + backward, s": peer,
        "PyG / ours": peer / ours,
        "ours, ATen calls of the whole step": float(counter.calls.total()),
    }


def _median_seconds(work: Callable[[], None], synchronize: Callable[[], None], repeats: int, warm_up: int = 1) -> float:
    times = []
    for turn in range(warm_up + repeats):
        synchronize()
        start = time.perf_counter()
        work()
        synchronize()
        if turn >= warm_up:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def _pyg_step(task: TrainingTask, batch: Batch, config: RunConfig, device: torch.device) -> Callable[[], None]:
    """The peer on the subgraph of the batch: the same nodes, edges, sizes and supervision edges."""
    from torch_geometric.nn import HGTConv

    graph, hidden = task.graph, config.architecture.hidden_dim
    tensors = batch.to(torch.device("cpu"))
    segment_triplet = tensors.tile_triplet.repeat_interleave(batch.shape.segment_tile)
    padded_rows = set((torch.tensor(batch.shape.nodes) - 1).tolist())
    real = torch.tensor([row not in padded_rows for row in tensors.edge_destination.tolist()])
    row_type = tensors.tile_type.repeat_interleave(batch.shape.node_tile)
    local = torch.zeros_like(row_type)
    x_dict, edge_index_dict = {}, {}
    for number, name in enumerate(graph.node_types):
        rows = torch.nonzero(row_type == number).squeeze(1)
        local[rows] = torch.arange(len(rows))
        x_dict[name] = torch.randn(len(rows), hidden, device=device, requires_grad=True)
    for number, triplet in enumerate(graph.triplets):
        chosen = real & (segment_triplet[tensors.edge_segment] == number)
        edge = torch.stack([local[tensors.edge_source[chosen]], local[tensors.edge_destination[chosen]]])
        edge_index_dict[tuple(triplet)] = edge.to(device)
    metadata = (list(graph.node_types), [tuple(triplet) for triplet in graph.triplets])
    convs = [HGTConv(hidden, hidden, metadata, config.architecture.num_heads).to(device) for _ in range(2)]

    def step() -> None:
        hidden_dict = convs[0](x_dict, edge_index_dict)
        hidden_dict = {name: x.relu() for name, x in hidden_dict.items()}
        out = convs[1](hidden_dict, edge_index_dict)
        torch.stack([x.square().mean() for x in out.values()]).sum().backward()

    return step
