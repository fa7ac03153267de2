"""HGT's own sampler: importance sampling with a budget per node type (Hu et al. 2020, algorithm 1).

Every sampled node spreads one unit of weight over its neighbours, relation by relation; at each hop `num_samples`
nodes of each type are drawn with probability proportional to their squared weight; at last the edges among all
drawn nodes are restored. As in the authors' code and in PyG, at most 50 neighbours per node and relation are looked
at. The edges looked at are kept, so that restoring is one more pass over them.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.choose import choose_range
from hgt_studio.sampling.random_bits import GOLDEN, stream
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


class _Edges(NamedTuple):
    """Edges that were looked at: source (global) and destination (local), triplet, share of weight for the source."""

    source: Int32Array
    destination: Int32Array
    triplet: Int16Array
    share: FloatArray


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
        graph, num_samples = GraphArrays.of(self._graph), np.array(self._num_samples, dtype=np.int64)
        request = Request(seeds, hidden_pairs, np.uint64(key))
        return Subgraph(*_sample(graph, self._graph.node_type, request, num_samples, self._scratch))


@kernel
def _sample(
    graph: GraphArrays, node_type: Int16Array, request: Request, num_samples: Int64Array, scratch: _Scratch
) -> tuple[Int32Array, Int64Array, Int32Array, Int32Array, Int16Array]:
    """The arrays of a `Subgraph`."""
    local, weight, found = scratch.local, scratch.weight, len(request.seeds)
    nodes, hop_ptr = np.empty(len(local), np.int32), np.zeros(len(num_samples) + 2, np.int64)
    touched, num_touched = np.empty(len(local) + 1, np.int32), 0
    edges = _Edges(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int16), np.empty(0, np.float32))
    for i, node in enumerate(request.seeds):
        nodes[i], local[node], weight[node] = node, i, _SAMPLED
    hop_ptr[1], num_types = found, int(node_type.max()) + 1
    for hop in range(len(num_samples)):
        before = len(edges.source)
        edges = _look_at(graph, nodes, (hop_ptr[hop], hop_ptr[hop + 1]), request.key, edges, scratch.is_chosen)
        if hop == 0:
            edges = _without_hidden(edges, request.hidden_pairs, nodes, local)
        num_touched = _spread(edges.source[before:], edges.share[before:], weight, touched, num_touched)
        candidates, type_start = _by_type(touched[:num_touched], node_type, num_types)
        for t in range(num_types):
            of_type = candidates[type_start[t] : type_start[t + 1]]
            for node in _draw(of_type, weight, num_samples[hop], request.key + GOLDEN * np.uint64(hop + 1)):
                nodes[found], local[node], weight[node] = node, found, _SAMPLED
                found += 1
        hop_ptr[hop + 2] = found
        num_touched = _drop_sampled(touched[:num_touched], weight)
    source, destination, triplet = _restore(edges, local)
    weight[touched[:num_touched]] = 0.0
    weight[nodes[:found]] = 0.0
    local[nodes[:found]] = -1
    return nodes[:found], hop_ptr, source, destination, triplet


@kernel
def _look_at(
    graph: GraphArrays, nodes: Int32Array, hop: tuple[int, int], key: np.uint64, edges: _Edges, is_chosen: BoolArray
) -> _Edges:
    """Append the edges looked at of the nodes hop[0] .. hop[1] - 1."""
    segment_ptr, segment_triplet, edge_ptr, edge_source = graph
    begin = room = len(edges.source)
    for node in nodes[hop[0] : hop[1]]:
        for segment in range(segment_ptr[node], segment_ptr[node + 1]):
            room += min(_LOOKED_AT, edge_ptr[segment + 1] - edge_ptr[segment])
    source, destination = resized(edges.source, room), resized(edges.destination, room)
    triplet, share = resized(edges.triplet, room), resized(edges.share, room)
    position, at = np.empty(room, edge_ptr.dtype), begin
    for here in range(hop[0], hop[1]):
        first = at
        for segment in range(segment_ptr[nodes[here]], segment_ptr[nodes[here] + 1]):
            bounds = edge_ptr[segment], edge_ptr[segment + 1]
            size = choose_range(bounds, _LOOKED_AT, key, position, at, is_chosen)
            triplet[at : at + size], share[at : at + size] = segment_triplet[segment], 1.0 / size
            at += size
        destination[first:at] = here
    for e in range(begin, room):  # in a loop of its own the processor reads many sources at once
        source[e] = edge_source[position[e]]
    return _Edges(source, destination, triplet, share)


@kernel
def _without_hidden(edges: _Edges, hidden_pairs: Int64Array, nodes: Int32Array, local: Int32Array) -> _Edges:
    """The edges that are not between a hidden pair of seeds."""
    if len(hidden_pairs) == 0:
        return edges
    kept = np.empty(len(edges.source), np.bool_)
    for e, source in enumerate(edges.source):
        kept[e] = local[source] < 0 or not is_hidden(hidden_pairs, source, nodes[edges.destination[e]], len(local))
    return _Edges(edges.source[kept], edges.destination[kept], edges.triplet[kept], edges.share[kept])


@kernel
def _spread(source: Int32Array, share: FloatArray, weight: FloatArray, touched: Int32Array, count: int) -> int:
    """Add the shares to the weights, and to `touched` the nodes that had none. Returns how many there are.

    Free of branches: what is added to `_SAMPLED` changes nothing. touched: shape (num_nodes + 1,).
    """
    for e, node in enumerate(source):
        touched[count] = node
        count += weight[node] == 0.0
        weight[node] += share[e]
    return count


@kernel
def _by_type(nodes: Int32Array, node_type: Int16Array, num_types: int) -> tuple[Int32Array, Int64Array]:
    """The nodes ordered by type, and where each type starts (shape: (num_types + 1,))."""
    start = np.zeros(num_types + 1, np.int64)
    for node in nodes:
        start[node_type[node] + 1] += 1
    start[:] = np.cumsum(start)
    ordered, place = np.empty(len(nodes), np.int32), start.copy()
    for node in nodes:
        ordered[place[node_type[node]]] = node
        place[node_type[node]] += 1
    return ordered, start


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
def _drop_sampled(touched: Int32Array, weight: FloatArray) -> int:
    """Close the gaps that sampled nodes leave. Returns how many nodes stay."""
    kept = 0
    for node in touched:
        touched[kept] = node
        kept += weight[node] > 0.0
    return kept


@kernel
def _restore(edges: _Edges, local: Int32Array) -> tuple[Int32Array, Int32Array, Int16Array]:
    """The edges looked at whose sources were sampled: source and destination (local), triplet."""
    source = np.empty(len(edges.source), np.int32)
    destination, triplet = np.empty(len(edges.source), np.int32), np.empty(len(edges.source), np.int16)
    kept = 0
    for e, node in enumerate(edges.source):
        source[kept], destination[kept], triplet[kept] = local[node], edges.destination[e], edges.triplet[e]
        kept += local[node] >= 0
    return source[:kept], destination[:kept], triplet[:kept]
