"""What a graph holds, in numbers to show."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.typing import Triplet


@dataclass(frozen=True)
class DegreeSummary:
    """In-degrees of the nodes of one type. isolated: nodes without any edge, in or out."""

    isolated: int
    mean: float
    median: float
    maximum: int


@dataclass(frozen=True)
class DegreeBin:
    """Number of nodes with an in-degree from `lowest` to `highest`; bins double in width."""

    lowest: int
    highest: int
    num_nodes: int


@dataclass(frozen=True)
class GraphStatistics:
    """Counts of nodes and directed edges.

    node_types: nodes by type. relations, triplet_edges: edges by relation and by triplet. triplets: how many there are.
    duplicates: rows of the file that repeated an edge.
    """

    num_nodes: int
    num_edges: int
    node_types: dict[str, int]
    relations: dict[str, int]
    triplets: int
    triplet_edges: dict[Triplet, int]
    in_degree: dict[str, DegreeSummary]
    in_degree_histogram: tuple[DegreeBin, ...]
    duplicates: int
    self_loops: int

    def to_json(self) -> dict[str, Any]:
        """The same as JSON takes it; a triplet reads `(source type, relation, destination type)`."""
        return asdict(self) | {"triplet_edges": {str(name): count for name, count in self.triplet_edges.items()}}


def graph_statistics(graph: KnowledgeGraph) -> GraphStatistics:
    """Count nodes, edges and degrees."""
    triplet_edges = dict(graph.counts_by_triplet())
    relations = Counter[str]()
    for triplet, count in triplet_edges.items():
        relations[triplet.relation] += count
    in_degree = graph.in_degree()
    isolated = in_degree == 0
    isolated[graph.edge_source] = False
    return GraphStatistics(
        num_nodes=graph.num_nodes,
        num_edges=graph.num_edges,
        node_types=dict(graph.counts_by_type()),
        relations=dict(sorted(relations.items())),
        triplets=len(graph.triplets),
        triplet_edges=triplet_edges,
        in_degree={
            name: _summary(in_degree[nodes.start : nodes.stop], int(isolated[nodes.start : nodes.stop].sum()))
            for name in graph.node_types
            if (nodes := graph.nodes_of(name))
        },
        in_degree_histogram=_histogram(in_degree),
        duplicates=graph.report.duplicates,
        self_loops=graph.report.self_loops,
    )


def _summary(degree: IntArray, isolated: int) -> DegreeSummary:
    return DegreeSummary(isolated, float(degree.mean()), float(np.median(degree)), int(degree.max()))


def _histogram(degree: IntArray) -> tuple[DegreeBin, ...]:
    """Bins 0, 1, 2-3, 4-7, and so on up to the largest degree."""
    bin_of_node = np.frexp(degree.astype(np.float64))[1]  # the number of binary digits
    counts = np.bincount(bin_of_node).tolist()
    return tuple(DegreeBin(2**i // 2, 2**i - 1, count) for i, count in enumerate(counts))
