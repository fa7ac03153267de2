"""What the estimate knows of a graph: counts of nodes and edges, and how degrees are spread within a node type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hgt_studio.errors import InputError, suggest
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.graph.synthetic_counts import NODE_TYPES, RELATIONS
from hgt_studio.typing import Triplet

FloatArray = npt.NDArray[np.float64]

# Degrees within a type of a biomedical graph are spread about like a log-normal distribution; in the real graphs at
# hand the deviation of log(degree) is 0.5 to 1.3, in the sample graph 0.4 to 0.8.
_LOG_DEVIATION = 0.8
_QUANTILES = np.array([-1.9, -1.3, -0.85, -0.5, -0.16, 0.16, 0.5, 0.85, 1.3, 1.9])


@dataclass(frozen=True, eq=False)
class Degrees:
    """The nodes of every type by degree, in bins of one width on a log scale.

    nodes: shape (num_types, num_bins), how many. degree: the same shape, mean number of in-edges.
    segments: the same shape, mean number of relations among these edges.
    """

    nodes: FloatArray
    degree: FloatArray
    segments: FloatArray


@dataclass(frozen=True, eq=False)
class GraphSizes:
    """Sizes of a graph. exact: whether read off a graph, else degrees are guessed from counts.

    node_types, triplets: names. nodes: of each type. edges: of each triplet.
    segments: of each triplet, destination nodes with an edge of it.
    """

    node_types: tuple[str, ...]
    triplets: tuple[Triplet, ...]
    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    segments: tuple[int, ...]
    max_in_degree: int
    degrees: Degrees
    exact: bool

    @classmethod
    def from_graph(cls, graph: KnowledgeGraph) -> "GraphSizes":
        """The sizes of a loaded graph."""
        in_degree = graph.in_degree()
        return cls(
            graph.node_types,
            graph.triplets,
            nodes=tuple(graph.counts_by_type().values()),
            edges=tuple(graph.counts_by_triplet().values()),
            segments=tuple(np.bincount(graph.segment_triplet, minlength=len(graph.triplets)).tolist()),
            max_in_degree=int(in_degree.max(initial=0)),
            degrees=_measured_degrees(in_degree, np.diff(graph.segment_ptr), graph.node_type, len(graph.node_types)),
            exact=True,
        )

    @classmethod
    def from_counts(cls, nodes: Mapping[str, int], edges: Mapping[Triplet, int]) -> "GraphSizes":
        """Sizes from the number of nodes of each type and of directed edges of each triplet, before any file is read.

        Raises:
            InputError: a triplet names a node type that has no count.
        """
        names = tuple(nodes)
        for triplet in edges:
            for name in (triplet.source_type, triplet.destination_type):
                if name not in nodes:
                    raise InputError(f"{triplet}: there is no count for node type '{name}'; {suggest(name, names)}")
        triplets = tuple(sorted(edges))
        into = [names.index(triplet.destination_type) for triplet in triplets]
        counts = np.array([edges[triplet] for triplet in triplets], float)
        degree, segments, segments_of = _guessed_degrees(np.array(list(nodes.values()), float), counts, into)
        spread = np.repeat(np.array(list(nodes.values()), float)[:, None] / len(_QUANTILES), len(_QUANTILES), axis=1)
        return cls(
            names, triplets, tuple(nodes.values()), tuple(edges[triplet] for triplet in triplets), segments_of,
            max_in_degree=int(10 * degree.max(initial=0)),
            degrees=Degrees(spread, degree, segments),
            exact=False,
        )  # fmt: skip

    @classmethod
    def primekg(cls) -> "GraphSizes":
        """PrimeKG's published counts, every edge in both directions."""
        edges: dict[Triplet, int] = {}
        for relation in RELATIONS:
            for ends in ((relation.x_type, relation.y_type), (relation.y_type, relation.x_type)):
                triplet = Triplet(ends[0], relation.name, ends[1])
                edges[triplet] = edges.get(triplet, 0) + relation.num_edges
        return cls.from_counts({kind.name: kind.num_nodes for kind in NODE_TYPES}, edges)

    @property
    def num_nodes(self) -> int:
        return sum(self.nodes)

    @property
    def num_edges(self) -> int:
        return sum(self.edges)

    @property
    def num_segments(self) -> int:
        return sum(self.segments)

    @property
    def mean_degree(self) -> float:
        return self.num_edges / max(1, self.num_nodes)

    def edges_into_types(self) -> list[int]:
        """In-edges of each node type."""
        into = dict.fromkeys(self.node_types, 0)
        for triplet, count in zip(self.triplets, self.edges, strict=True):
            into[triplet.destination_type] += count
        return list(into.values())


def _measured_degrees(in_degree: IntArray, num_segments: IntArray, node_type: IntArray, num_types: int) -> Degrees:
    """Two bins for every doubling of the degree."""
    number = np.ceil(2 * np.log2(np.maximum(in_degree, 1))).astype(np.int64) + (in_degree > 0)
    bins = int(number.max(initial=0)) + 1
    place, shape = node_type * bins + number, (num_types, bins)

    def totals(weights: IntArray | None = None) -> FloatArray:
        return np.bincount(place, weights, minlength=num_types * bins).astype(float).reshape(shape)

    nodes = totals()
    some = np.maximum(nodes, 1.0)
    return Degrees(nodes, totals(in_degree) / some, totals(num_segments) / some)


def _guessed_degrees(
    nodes: FloatArray, edges: FloatArray, into: Sequence[int]
) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
    """Degrees and segments of the bins of every type, and segments of every triplet.

    A relation that gives a type d edges a node reaches about 1 - exp(-d) of its nodes.
    """
    mean = np.bincount(into, edges, minlength=len(nodes)) / np.maximum(nodes, 1.0)
    spread = np.exp(_LOG_DEVIATION * _QUANTILES)
    degree = mean[:, None] * spread / spread.mean()
    reached = 1.0 - np.exp(-edges / np.maximum(nodes[into], 1.0)) if len(edges) else edges
    relations = np.bincount(into, reached, minlength=len(nodes))
    segments = np.minimum(np.maximum(relations[:, None], np.minimum(degree, 1.0)), np.maximum(degree, 1e-9))
    return degree, segments, tuple(int(n) for n in reached * nodes[into])
