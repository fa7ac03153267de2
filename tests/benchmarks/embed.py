"""Embeddings of all nodes at full scale, and PyG's `HGTConv` on the whole graph at the largest scale it has room for.

The limit: keys and values of every edge read once a layer at the speed of a copy, and the matrix products at the speed
of one large product.
"""

import statistics
import time
from collections.abc import Callable

import torch

from hgt_studio.config import RunConfig
from hgt_studio.device.allocations import track_allocations
from hgt_studio.device.base import Device
from hgt_studio.device.selection import select_device
from hgt_studio.graph import load_graph
from hgt_studio.graph.hetero import to_hetero_data
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.inference import embed_all_nodes
from hgt_studio.model.network import HGTNetwork
from tests.benchmarks.full_graph import full_scale_csv, sample_csv

_PEER_TENSORS = 6  # of (edges, hidden) that the peer holds at once
_PEER_SCALES = (1.0, 0.1, 0.03)


def measure(device: str) -> dict[str, float]:
    """Seconds and peak memory beside the model; the peer's on the same graph and device."""
    place, config = select_device(device), RunConfig()  # type: ignore[arg-type]
    graph = load_graph(full_scale_csv())
    ours, peak_bytes = _time(_ours(graph, config, place), place, repeats=3)
    limit = _limit_seconds(graph, config, place)
    figures = {
        "ours, s": ours,
        "ours, peak beside the model, MiB": peak_bytes / 2**20,
        "limit of bandwidth and products, s": limit,
        "ours / limit": ours / limit,
    }
    room = place.memory().available_bytes // (4 * config.architecture.hidden_dim * _PEER_TENSORS)
    scale = next(scale for scale in _PEER_SCALES if scale * graph.num_edges < room)
    small = graph if scale == 1.0 else load_graph(sample_csv(scale))
    peer, peer_bytes = _time(_pyg(small, config, place), place, repeats=1)
    same, same_bytes = _time(_ours(small, config, place), place, repeats=3)
    return figures | {
        "scale of the graph for PyG HGTConv": scale,
        "PyG HGTConv there, s": peer,
        "PyG HGTConv / ours": peer / same,
        "PyG HGTConv there, peak, MiB": peer_bytes / 2**20,
        "PyG HGTConv / ours, peak": peer_bytes / same_bytes,
    }


def _time(work: Callable[[], object], place: Device, repeats: int) -> tuple[float, int]:
    """Median seconds, and the most memory that was allocated beside what was there."""
    with track_allocations(place) as allocations:
        work()
    times = []
    for _ in range(repeats):
        place.synchronize()
        start = time.perf_counter()
        work()
        place.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times), allocations.peak_bytes


def _ours(graph: KnowledgeGraph, config: RunConfig, place: Device) -> Callable[[], object]:
    network = HGTNetwork.for_graph(config, graph).to(place.torch_device())
    budget_bytes = config.evaluation.memory_budget_mib << 20
    return lambda: embed_all_nodes(network.encoder, network.embedding.weight.detach(), graph, budget_bytes)


def _pyg(graph: KnowledgeGraph, config: RunConfig, place: Device) -> Callable[[], object]:
    from torch_geometric.nn import HGTConv

    data, at, hidden = to_hetero_data(graph), place.torch_device(), config.architecture.hidden_dim
    convs = [HGTConv(hidden, hidden, data.metadata(), config.architecture.num_heads).to(at) for _ in range(2)]
    edges = {edge_type: data[edge_type].edge_index.to(at).long() for edge_type in data.edge_types}
    features = {name: torch.randn(data[name].num_nodes, hidden, device=at) for name in data.node_types}

    @torch.no_grad()
    def work() -> object:
        x = features
        for conv in convs:
            x = {name: values.relu() for name, values in conv(x, edges).items()}
        return x

    return work


def _limit_seconds(graph: KnowledgeGraph, config: RunConfig, place: Device) -> float:
    """Time to read all keys and values, and for queries, keys, values, relation maps and output of every layer."""
    at, sizes = place.torch_device(), config.architecture
    hidden, side = sizes.hidden_dim, 2048
    block = torch.ones(1 << 26, device=at)
    out, square = torch.empty_like(block), torch.ones(side, side, device=at)
    copy_seconds, _ = _time(lambda: out.copy_(block), place, repeats=5)
    product_seconds, _ = _time(lambda: square @ square, place, repeats=5)
    read_bytes = 2 * 4 * hidden * graph.num_edges
    flops = 2 * hidden * (4 * hidden * graph.num_nodes + 2 * hidden // sizes.num_heads * graph.num_segments)
    seconds = read_bytes * copy_seconds / (2 * block.nbytes) + flops * product_seconds / (2 * side**3)
    return sizes.num_layers * seconds
