"""Which nodes of one type have similar neighbours: the pairs that the contrastive loss draws together."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from hgt_studio.errors import InputError, suggest
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph

Float32Array = npt.NDArray[np.float32]

# Bounds the sparse product at hand: each of its entries takes at least one multiplication.
_CHUNK_MULTIPLICATIONS = 8_000_000


@dataclass(frozen=True, eq=False)
class JaccardPairs:
    """Similar nodes of one type.

    pairs: int32, shape (num_pairs, 2), global node numbers, the smaller first, ascending.
    similarity: float32, shape (num_pairs,).
    """

    pairs: IntArray
    similarity: Float32Array


def jaccard_pairs(
    graph: KnowledgeGraph,
    node_type: str,
    relation: str,
    threshold: float,
    max_pairs_per_node: int | None = None,
) -> JaccardPairs:
    """Pairs of nodes whose neighbour sets have a Jaccard similarity |A ∩ B| / |A ∪ B| above `threshold` (at least 0).

    Neighbours are the nodes at the other end of the relation's edges, whatever their direction. A pair stays if it is
    among the `max_pairs_per_node` most similar ones of either of its nodes.

    Raises:
        InputError: there is no such node type or relation, or the relation has no edges at the type.
    """
    neighbours = _neighbour_matrix(graph, node_type, relation)
    set_size = np.diff(neighbours.indptr)
    found = [
        _similar_rows(neighbours, set_size, first, last, threshold, max_pairs_per_node)
        for first, last in _chunks(neighbours)
    ]
    key, similarity = (np.concatenate(parts) for parts in zip(*found, strict=True))
    key, first_of_key = np.unique(key, return_index=True)
    pairs = np.stack(np.divmod(key, neighbours.shape[0]), axis=1) + graph.nodes_of(node_type).start
    return JaccardPairs(pairs.astype(np.int32), similarity[first_of_key])


def _neighbour_matrix(graph: KnowledgeGraph, node_type: str, relation: str) -> csr_matrix:
    """1 where a node of the type (row) has a neighbour (column): int32, shape (num_nodes_of_type, num_nodes)."""
    nodes = graph.nodes_of(node_type)
    if relation not in graph.relations:
        raise InputError(f"the graph has no relation '{relation}'; {suggest(relation, graph.relations)}")
    at_type = [t for t in graph.triplets if node_type in (t.source_type, t.destination_type)]
    if all(triplet.relation != relation for triplet in at_type):
        usable = {triplet.relation for triplet in at_type}
        raise InputError(f"no edge of '{relation}' is at a '{node_type}'; {suggest(relation, usable)}")
    of_relation = np.array([triplet.relation == relation for triplet in graph.triplets])
    edges = graph.edges()
    edges = edges[of_relation[edges.triplet]]
    node = np.concatenate((edges.source, edges.destination))
    neighbour = np.concatenate((edges.destination, edges.source))
    chosen = (node >= nodes.start) & (node < nodes.stop)
    ends = node[chosen] - nodes.start, neighbour[chosen]
    matrix = csr_matrix((np.ones(len(ends[0]), np.int32), ends), shape=(len(nodes), graph.num_nodes))
    matrix.data[:] = 1  # edges of both directions were added up
    return matrix


def _chunks(neighbours: csr_matrix) -> list[tuple[int, int]]:
    """Row ranges whose products with all rows take about `_CHUNK_MULTIPLICATIONS` each."""
    uses = np.bincount(neighbours.indices, minlength=neighbours.shape[1])
    multiplications = np.append(0, np.cumsum(uses[neighbours.indices]))[neighbours.indptr[1:]]
    last_rows = np.flatnonzero(np.diff(multiplications // _CHUNK_MULTIPLICATIONS)) + 1
    bounds = [0, *last_rows.tolist(), neighbours.shape[0]]
    return list(pairwise(bounds))


def _similar_rows(
    neighbours: csr_matrix, set_size: IntArray, first: int, last: int, threshold: float, limit: int | None
) -> tuple[IntArray, Float32Array]:
    """Keys (smaller row x number of rows + larger row) and similarities of the pairs of rows `first .. last - 1`."""
    common = (neighbours[first:last] @ neighbours.T).tocoo()
    row, other, shared = common.row + first, common.col, common.data
    similarity = (shared / (set_size[row] + set_size[other] - shared)).astype(np.float32)
    kept = np.flatnonzero((similarity > threshold) & (row != other if limit else row < other))
    if limit:
        kept = kept[np.lexsort((other[kept], -similarity[kept], row[kept]))]
        rank = np.arange(len(kept)) - np.searchsorted(row[kept], row[kept])
        kept = kept[rank < limit]
    row, other = row[kept].astype(np.int64), other[kept]
    return np.minimum(row, other) * len(set_size) + np.maximum(row, other), similarity[kept]
