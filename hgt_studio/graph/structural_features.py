"""What the edges around a node say of it: how many of each kind come in, and from whose neighbourhood.

The neighbourhood is told by random projections as in FastRP (Chen et al. 2019): every node has a random vector, and a
node's feature is the mean over its neighbours, and over theirs. The random vectors belong to type, id and source of a
node, so a node keeps its own in another graph.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hgt_studio.graph.hashing import GOLDEN, Texts, hash_texts, mix
from hgt_studio.graph.kernel import fast_kernel, kernel
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.typing import Triplet

FloatMatrix = npt.NDArray[np.float32]

_PROJECTION_WIDTH = 64
_STEPS = 2
_HUB_EXPONENT = -0.5  # a neighbour counts for its degree to this power
_SEPARATOR = "\x1f"


def structural_width(triplets: Sequence[Triplet]) -> int:
    """Number of structural features."""
    return max(_slots(triplets), default=-1) + 1 + _STEPS * _PROJECTION_WIDTH


def structural_features(graph: KnowledgeGraph) -> FloatMatrix:
    """float32, shape (num_nodes, structural_width)."""
    return np.concatenate([_degrees(graph), *_projections(graph)], axis=1)


def _slots(triplets: Sequence[Triplet]) -> list[int]:
    """The number of each triplet among those into the same node type: types share the columns."""
    into = [triplet.destination_type for triplet in triplets]
    return [into[:number].count(name) for number, name in enumerate(into)]


def _degrees(graph: KnowledgeGraph) -> FloatMatrix:
    """log(1 + number of in-edges) of each triplet into the type of the node."""
    slots = np.array(_slots(graph.triplets), np.int64)
    node = np.repeat(np.arange(graph.num_nodes), np.diff(graph.segment_ptr))
    out = np.zeros((graph.num_nodes, int(slots.max(initial=-1)) + 1), np.float32)
    out[node, slots[graph.segment_triplet]] = np.log1p(np.diff(graph.edge_ptr))
    return out


def _projections(graph: KnowledgeGraph) -> list[FloatMatrix]:
    """One matrix for each step away from the node, rows of length 1; rows of nodes without in-edges are zero."""
    in_ptr = graph.edge_ptr[graph.segment_ptr].astype(np.int64)
    weight = np.maximum(graph.in_degree(), 1).astype(np.float32) ** np.float32(_HUB_EXPONENT)
    x = _random_vectors(node_keys(graph), _PROJECTION_WIDTH) * weight[:, None]
    out = []
    for _ in range(_STEPS):
        x = _mean_over_neighbours(in_ptr, graph.edge_source, x)
        out.append(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), np.float32(1e-12)))
    return out


def node_keys(graph: KnowledgeGraph) -> npt.NDArray[np.uint64]:
    """Hashes of type, id and source, by which a node is known in every graph. uint64, shape (num_nodes,)."""
    types = pa.array(graph.node_types, pa.string()).take(pa.array(graph.node_type))
    ids, sources = (graph.nodes[name].combine_chunks().fill_null("") for name in ("id", "source"))
    return hash_texts(Texts.of(pa.chunked_array([pc.binary_join_element_wise(types, ids, sources, _SEPARATOR)])))


@kernel
def _random_vectors(keys: npt.NDArray[np.uint64], width: int) -> FloatMatrix:
    """Entries sqrt(3), -sqrt(3) and 0 with chances 1/6, 1/6 and 2/3 (Achlioptas 2003)."""
    out = np.zeros((len(keys), width), np.float32)
    for node in range(len(keys)):
        for column in range(width):
            draw = mix(keys[node] + np.uint64(column + 1) * GOLDEN) % np.uint64(6)
            if draw < 2:
                out[node, column] = np.sqrt(3.0) if draw == 0 else -np.sqrt(3.0)
    return out


@fast_kernel
def _mean_over_neighbours(in_ptr: IntArray, edge_source: IntArray, x: FloatMatrix) -> FloatMatrix:
    out = np.zeros_like(x)
    for node in range(len(in_ptr) - 1):
        row = out[node]
        for edge in range(in_ptr[node], in_ptr[node + 1]):
            source = x[edge_source[edge]]
            for column in range(len(row)):
                row[column] += source[column]
        row /= np.float32(max(in_ptr[node + 1] - in_ptr[node], 1))
    return out
