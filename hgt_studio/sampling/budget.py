"""HGT's own sampler: importance sampling with a budget per node type (Hu et al. 2020, algorithm 1).

Every sampled node spreads one unit of weight over its neighbours, relation by relation; at each hop `num_samples`
nodes of each type are drawn with probability proportional to their squared weight; at last the edges among all
drawn nodes are restored. As in the authors' code and in PyG, at most 50 neighbours per node and relation are looked
at. The edges looked at are kept, so that restoring is one more pass over them.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.hashing import GOLDEN
from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.sampling.choose import choose_range
from hgt_studio.sampling.random_bits import stream
from hgt_studio.sampling.subgraph import (
    BoolArray,
    GraphArrays,
    Int16Array,
    Int32Array,
    Int64Array,
    Request,
    Subgraph,
    is_hidden,
    resized,
)

FloatArray = npt.NDArray[np.float32]
_LOOKED_AT = 50
_SAMPLED = np.float32(-np.inf)


class _Scratch(NamedTuple):
    """Memory that every sample finds, and leaves, as it was made.

    local: shape (num_nodes,), the local number of a node, -1 outside. is_chosen: see `choose_range`.
    weight: shape (num_nodes,), what was spread over a node, 0 outside, `_SAMPLED` once the node is sampled.
    """

    local: Int32Array
    is_chosen: BoolArray
    weight: FloatArray


class _Looked(NamedTuple):
    """Edges that were looked at, segment by segment.

    source: global numbers. begin: where the edges of each segment begin, and at last where all end, shape
    (num_segments + 1,). destination (local), triplet: of each segment.
    """

    source: Int32Array
    begin: Int64Array
    destination: Int32Array
    triplet: Int16Array


class _Types(NamedTuple):
    """type_ptr: see `KnowledgeGraph`. of_source: the type of the sources of each triplet."""

    type_ptr: IntArray
    of_source: IntArray


class _Touched(NamedTuple):
    """Nodes with weight that are not sampled: those of type t are node[begin[t] : end[t]].

    node: has room for all nodes, and one more of each type.
    """

    node: Int32Array
    begin: Int64Array
    end: Int64Array


class BudgetSampler:
    """Draws `num_samples[h]` nodes of every type at hop h."""

    def __init__(self, graph: KnowledgeGraph, num_samples: tuple[int, ...]) -> None:
        self.num_hops = len(num_samples)
        self._graph, self._num_samples = graph, num_samples
        self._scratch = _Scratch(
            local=np.full(graph.num_nodes, -1, dtype=np.int32),
            is_chosen=np.zeros(int(np.diff(graph.edge_ptr).max(initial=0)), dtype=np.bool_),
            weight=np.zeros(graph.num_nodes, dtype=np.float32),
        )

    def copy(self) -> "BudgetSampler":
        return BudgetSampler(self._graph, self._num_samples)

    def sample(self, seeds: Int32Array, hidden_pairs: Int64Array, key: int) -> Subgraph:
        graph, num_samples = self._graph, np.array(self._num_samples, dtype=np.int64)
        request, types = Request(seeds, hidden_pairs, np.uint64(key)), _Types(graph.type_ptr, graph.triplet_types[:, 0])
        return Subgraph(*_sample(GraphArrays.of(graph), types, request, num_samples, self._scratch))


@kernel
def _sample(
    graph: GraphArrays, types: _Types, request: Request, num_samples: Int64Array, scratch: _Scratch
) -> tuple[Int32Array, Int64Array, Int32Array, Int32Array, Int16Array]:
    """The arrays of a `Subgraph`."""
    local, weight, found = scratch.local, scratch.weight, len(request.seeds)
    nodes, hop_ptr = np.empty(len(local), np.int32), np.zeros(len(num_samples) + 2, np.int64)
    num_types = len(types.type_ptr) - 1
    begin = types.type_ptr[:-1] + np.arange(num_types)
    touched = _Touched(np.empty(len(local) + num_types, np.int32), begin, begin.copy())
    looked = _Looked(np.empty(0, np.int32), np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int16))
    for i, node in enumerate(request.seeds):
        nodes[i], local[node], weight[node] = node, i, _SAMPLED
    hop_ptr[1] = found
    for hop in range(len(num_samples)):
        before = len(looked.triplet)
        looked = _look_at(graph, nodes, (hop_ptr[hop], hop_ptr[hop + 1]), request.key, looked, scratch.is_chosen)
        if hop == 0 and len(request.hidden_pairs) > 0:
            looked = _without_hidden(looked, request.hidden_pairs, nodes, local)
        _spread(looked, before, types.of_source, weight, touched)
        for t in range(num_types):
            of_type = touched.node[touched.begin[t] : touched.end[t]]
            for node in _draw(of_type, weight, num_samples[hop], request.key + GOLDEN * np.uint64(hop + 1)):
                nodes[found], local[node], weight[node] = node, found, _SAMPLED
                found += 1
            touched.end[t] = touched.begin[t] + _drop_sampled(of_type, weight)
        hop_ptr[hop + 2] = found
    source, destination, triplet = _restore(looked, local)
    for t in range(num_types):
        weight[touched.node[touched.begin[t] : touched.end[t]]] = 0.0
    weight[nodes[:found]] = 0.0
    local[nodes[:found]] = -1
    return nodes[:found], hop_ptr, source, destination, triplet


@kernel
def _look_at(
    graph: GraphArrays, nodes: Int32Array, hop: tuple[int, int], key: np.uint64, looked: _Looked, is_chosen: BoolArray
) -> _Looked:
    """Append the edges looked at of the nodes hop[0] .. hop[1] - 1."""
    segment_ptr, segment_triplet, edge_ptr, edge_source = graph
    room, segments = len(looked.source), len(looked.triplet)
    at, here = room, segments
    for node in nodes[hop[0] : hop[1]]:
        segments += segment_ptr[node + 1] - segment_ptr[node]
        for segment in range(segment_ptr[node], segment_ptr[node + 1]):
            room += min(_LOOKED_AT, edge_ptr[segment + 1] - edge_ptr[segment])
    source, begin = resized(looked.source, room), resized(looked.begin, segments + 1)
    destination, triplet = resized(looked.destination, segments), resized(looked.triplet, segments)
    position = np.empty(_LOOKED_AT, edge_ptr.dtype)
    for i in range(hop[0], hop[1]):
        for segment in range(segment_ptr[nodes[i]], segment_ptr[nodes[i] + 1]):
            bounds = edge_ptr[segment], edge_ptr[segment + 1]
            size = choose_range(bounds, _LOOKED_AT, key, position, 0, is_chosen)
            for k in range(size):
                source[at + k] = edge_source[position[k]]
            at += size
            destination[here], triplet[here], begin[here + 1] = i, segment_triplet[segment], at
            here += 1
    return _Looked(source, begin, destination, triplet)


@kernel
def _without_hidden(looked: _Looked, hidden_pairs: Int64Array, nodes: Int32Array, local: Int32Array) -> _Looked:
    """The edges that are not between a hidden pair of seeds; segments may become empty."""
    source, begin = np.empty_like(looked.source), np.zeros_like(looked.begin)
    kept = 0
    for segment in range(len(looked.triplet)):
        destination = nodes[looked.destination[segment]]
        for node in looked.source[looked.begin[segment] : looked.begin[segment + 1]]:
            source[kept] = node
            kept += local[node] < 0 or not is_hidden(hidden_pairs, node, destination, len(local))
        begin[segment + 1] = kept
    return _Looked(source[:kept], begin, looked.destination, looked.triplet)


@kernel
def _spread(looked: _Looked, first_segment: int, type_of: IntArray, weight: FloatArray, touched: _Touched) -> None:
    """Spread a weight of one over the edges of each segment from `first_segment` on.

    Free of branches: what is added to `_SAMPLED` changes nothing. type_of: of the sources of each triplet.
    """
    for segment in range(first_segment, len(looked.triplet)):
        begin, end = looked.begin[segment], looked.begin[segment + 1]
        share = np.float32(1.0 / max(1, end - begin))
        t = type_of[looked.triplet[segment]]
        count = touched.end[t]
        for node in looked.source[begin:end]:
            touched.node[count] = node
            count += weight[node] == 0.0
            weight[node] += share
        touched.end[t] = count


@kernel
def _draw(nodes: Int32Array, weight: FloatArray, count: int, key: np.uint64) -> Int32Array:
    """Draw `count` nodes without replacement, probability ~ weight^2 (Efraimidis & Spirakis 2006).

    A node's score is exponentially distributed with rate weight^2; the lowest scores win. Scores above a limit that
    about `2 * count` stay under are not worked out: -log(1 - u) / rate is below it only where u / rate is.
    """
    if len(nodes) <= count:
        return nodes
    rate = weight[nodes].astype(np.float64) ** 2
    low, score, found = np.empty(len(nodes), np.int32), np.empty(len(nodes), np.float64), 0
    limit = count / rate.sum()
    while found < count:
        limit, found = 2.0 * limit, 0
        for i, node in enumerate(nodes):
            uniform = np.float64(stream(key, np.uint64(node)) >> np.uint64(11)) * 2.0**-53
            if uniform < limit * rate[i]:
                low[found], score[found] = node, -np.log1p(-uniform) / rate[i]
                found += score[found] < limit
    cut = np.partition(score[:found], count - 1)[count - 1]
    drawn: Int32Array = low[:found][score[:found] <= cut][:count]
    return drawn


@kernel
def _drop_sampled(nodes: Int32Array, weight: FloatArray) -> int:
    """Close the gaps that sampled nodes leave. Returns how many nodes stay."""
    kept = 0
    for node in nodes:
        nodes[kept] = node
        kept += weight[node] > 0.0
    return kept


@kernel
def _restore(looked: _Looked, local: Int32Array) -> tuple[Int32Array, Int32Array, Int16Array]:
    """The edges looked at whose sources were sampled: source and destination (local), triplet."""
    source, begin, kept = np.empty(len(looked.source), np.int32), np.zeros_like(looked.begin), 0
    for segment in range(len(looked.triplet)):
        for node in looked.source[looked.begin[segment] : looked.begin[segment + 1]]:
            source[kept] = local[node]
            kept += local[node] >= 0
        begin[segment + 1] = kept
    destination, triplet = np.empty(kept, np.int32), np.empty(kept, np.int16)
    for segment in range(len(looked.triplet)):
        destination[begin[segment] : begin[segment + 1]] = looked.destination[segment]
        triplet[begin[segment] : begin[segment + 1]] = looked.triplet[segment]
    return resized(source, kept), destination, triplet
