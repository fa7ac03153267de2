"""Sampling at full scale, in edges per second of one core's time, against PyG's loaders by the same rules.

NeighborLoader needs pyg-lib or torch-sparse, HGTLoader torch-sparse: `pip install --no-build-isolation torch-scatter
torch-sparse` builds both from source. The limit is that of reading, for every edge, its source and the source's number
from random places in memory.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch_geometric import typing as pyg
from torch_geometric.data import HeteroData
from torch_geometric.loader import HGTLoader, NeighborLoader

from hgt_studio.graph import load_graph
from hgt_studio.graph.hetero import to_hetero_data
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.budget import BudgetSampler
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.subgraph import Sampler
from tests.benchmarks.full_graph import full_scale_csv

_SEED_TYPE, _SEEDS, _BATCHES, _REPEATS = "gene/protein", 512, 16, 5
_FAN_OUTS, _SAMPLES = (10, 5), (512, 512)
_NO_PAIRS = np.empty(0, np.int64)

Sampling = Callable[[], Iterator[int]]  # gives the number of edges of batch after batch


def measure(device: str) -> dict[str, Any]:
    """Rates of both samplers and their peers, and what a second thread gains. Sampling runs on the host alone."""
    torch.set_num_threads(1)
    graph = load_graph(full_scale_csv())
    nodes = np.random.default_rng(0).permutation(graph.nodes_of(_SEED_TYPE))[: _BATCHES * _SEEDS]
    data = _edges_alone(graph)
    common = {
        "input_nodes": (_SEED_TYPE, torch.from_numpy(nodes - graph.nodes_of(_SEED_TYPE).start)), "batch_size": _SEEDS
    }  # fmt: skip
    neighbour, budget = NeighbourSampler(graph, _FAN_OUTS, "per_relation"), BudgetSampler(graph, _SAMPLES)
    figures: dict[str, Any] = {}
    peer = _peer(NeighborLoader, data, num_neighbors=list(_FAN_OUTS), **common) if _can_load() else None
    figures |= _compare("neighbour", _ours(neighbour, nodes), "NeighborLoader", peer)
    figures["neighbour / limit of random reads"] = figures["neighbour, million edges/s"] / _limit(graph)
    figures["neighbour, two threads / one"] = _scaling(neighbour, nodes)
    peer = _peer(HGTLoader, data, num_samples=list(_SAMPLES), **common) if pyg.WITH_TORCH_SPARSE else None
    figures |= _compare("budget", _ours(budget, nodes), "HGTLoader", peer)
    figures["budget, two threads / one"] = _scaling(budget, nodes)
    return figures


def _can_load() -> bool:
    return bool(pyg.WITH_PYG_LIB or pyg.WITH_TORCH_SPARSE)


def _ours(sampler: Sampler, nodes: "np.ndarray[Any, Any]") -> Sampling:
    seeds = np.split(nodes.astype(np.int32), _BATCHES)
    return lambda: (len(sampler.sample(part, _NO_PAIRS, key).source) for key, part in enumerate(seeds))


def _peer(loader: Callable[..., Any], data: HeteroData, **options: Any) -> Sampling:
    batches = loader(data, **options)
    return lambda: (batch.num_edges for batch in batches)


def _edges_alone(graph: KnowledgeGraph) -> HeteroData:
    """The graph for PyG without names and ids, which its loaders would slice for every batch."""
    whole, data = to_hetero_data(graph), HeteroData()
    for name in graph.node_types:
        data[name].num_nodes = whole[name].num_nodes
    for triplet in whole.edge_types:
        data[triplet].edge_index = whole[triplet].edge_index.long()
    return data


def _compare(name: str, ours: Sampling, peer_name: str, peer: Sampling | None) -> dict[str, Any]:
    """Rates in one core's time, medians over passes taken in turn after one to warm up."""
    passes: dict[str, list[tuple[int, float]]] = {name: []} | ({peer_name: []} if peer else {})
    for _ in range(_REPEATS + 1):
        passes[name].append(_edges_and_seconds(ours))
        if peer:
            passes[peer_name].append(_edges_and_seconds(peer))
    rates = {side: statistics.median(edges / s / 1e6 for edges, s in found[1:]) for side, found in passes.items()}
    figures: dict[str, Any] = {}
    for side, found in passes.items():
        figures[f"{side}, million edges/s"] = rates[side]
        figures[f"{side}, ms a batch"] = statistics.median(s for _, s in found[1:]) / _BATCHES * 1e3
        figures[f"{side}, edges a batch"] = found[0][0] / _BATCHES
    ratio = rates[name] / rates[peer_name] if peer else "peer not installed"
    return figures | {f"{name} / {peer_name}, edges/s": ratio}


def _edges_and_seconds(sampling: Sampling) -> tuple[int, float]:
    start = time.process_time()
    edges = sum(sampling())
    return edges, time.process_time() - start


def _scaling(sampler: Sampler, nodes: "np.ndarray[Any, Any]") -> float:
    """How much faster two threads do two passes than one thread; wall-clock time, so of an idle machine only."""
    passes = [_ours(sampler.copy(), nodes) for _ in range(2)]
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(_REPEATS):
        for threads, times in seconds.items():
            with ThreadPoolExecutor(threads) as pool:
                start = time.perf_counter()
                list(pool.map(lambda sampling: sum(sampling()), passes))
                times.append(time.perf_counter() - start)
    return min(seconds[1]) / min(seconds[2])


def _limit(graph: KnowledgeGraph) -> float:
    """Million edges per second whose source, and a number that belongs to it, are read, and no more is done."""
    places = np.random.default_rng(1).integers(graph.num_edges, size=1 << 21)
    numbers, source = np.arange(graph.num_nodes, dtype=np.int32), np.array(graph.edge_source)
    times = []
    for _ in range(_REPEATS):
        start = time.process_time()
        numbers.take(source.take(places))
        times.append(time.process_time() - start)
    return len(places) / statistics.median(times) / 1e6
