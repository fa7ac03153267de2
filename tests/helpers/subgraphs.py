"""Plain Python readings of graphs and samples, to recompute what the kernels do."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph
from hgt_studio.graph.split import facts
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.sampling.budget import BudgetSampler
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.shape import SeedShares
from hgt_studio.sampling.subgraph import Sampler, Subgraph
from hgt_studio.sampling.supervision import Supervision

Edge = tuple[int, int, int]
NO_PAIRS = np.empty(0, dtype=np.int64)


def graph_edges(graph: KnowledgeGraph) -> list[Edge]:
    """(source, triplet, destination) of every edge."""
    return rows_of(graph.edges())


def rows_of(edges: EdgeList) -> list[Edge]:
    """(source, triplet, destination) of every edge of a list."""
    return list(zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True))


def sampled_edges(subgraph: Subgraph) -> list[Edge]:
    """(source, triplet, destination) of every sampled edge, in global numbers."""
    nodes = subgraph.nodes
    columns = nodes[subgraph.source], subgraph.triplet, nodes[subgraph.destination]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def segments_of(edges: Iterable[Edge]) -> dict[int, dict[int, list[int]]]:
    """The sources by destination and triplet."""
    segments: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for source, triplet, destination in edges:
        segments[destination][triplet].append(source)
    return segments


def hop_of(subgraph: Subgraph) -> dict[int, int]:
    """The hop at which each node was first reached."""
    bounds = subgraph.hop_ptr.tolist()
    return {
        int(node): hop
        for hop in range(len(bounds) - 1)
        for node in subgraph.nodes[bounds[hop] : bounds[hop + 1]]
    }  # fmt: skip


def random_seeds(graph: KnowledgeGraph, count: int, seed: int) -> npt.NDArray[np.int32]:
    """Distinct nodes in no order."""
    generator = np.random.default_rng(seed)
    return generator.choice(graph.num_nodes, min(count, graph.num_nodes), replace=False).astype(np.int32)


def same_subgraph(one: Subgraph, other: Subgraph) -> bool:
    names = Subgraph.__slots__
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def random_maker(graph: KnowledgeGraph, seed: int = 0, sampler: Sampler | None = None, pairs: int = 6) -> BatchMaker:
    """A maker of small batches over the graph's facts, with a few contrastive pairs of its second node type."""
    sampler = sampler or NeighbourSampler(graph, (3, 2), "balanced")
    first, last = graph.type_ptr[1:3]
    ends = np.random.default_rng(seed).integers(first, last, (4 * pairs, 2)).astype(np.int32)
    similar = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
    supervision = Supervision(graph, facts(graph), similar, SeedShares(8, 5, min(pairs, 3)), seed=seed, hide=True)
    return BatchMaker(graph, sampler, supervision, None, seed)


def samplers_of(graph: KnowledgeGraph) -> list[Sampler]:
    """One of each kind, of two and of three hops."""
    return [
        NeighbourSampler(graph, (3, 2), "balanced"),
        NeighbourSampler(graph, (2, 1, 2), "per_relation"),
        BudgetSampler(graph, (4, 3)),
        BudgetSampler(graph, (2, 2, 2)),
    ]
