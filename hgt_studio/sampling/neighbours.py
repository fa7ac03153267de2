"""Neighbour sampling: a fan-out per hop, in one Numba kernel.

Hamilton et al. 2017 (GraphSAGE), with three ways to read the fan-out of a node: shared evenly among its relations
(`balanced`), over all its edges alike (`uniform`), or for each relation anew (`per_relation`, PyG's meaning).

Every hop goes over its edges three times, choosing, reading sources, numbering nodes: in a loop of its own the
processor reads many sources at once from the graph's memory, which is far larger than its caches.
"""

from typing import NamedTuple

import numpy as np

from hgt_studio.config.sampling import FanOutRule
from hgt_studio.graph.hashing import GOLDEN
from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.sampling.choose import choose_range, share_evenly
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

_BALANCED, _UNIFORM, _PER_RELATION = 0, 1, 2
_RULES: dict[FanOutRule, int] = {"balanced": _BALANCED, "uniform": _UNIFORM, "per_relation": _PER_RELATION}


class _Scratch(NamedTuple):
    """Memory that every sample finds, and leaves, as it was made.

    local: shape (num_nodes,), the local number of a node, -1 outside. is_chosen: see `choose_range`.
    quota: shape (most segments of a node,).
    """

    local: Int32Array
    is_chosen: BoolArray
    quota: Int64Array


class _Draw(NamedTuple):
    """How the edges of a hop are drawn."""

    fan_out: int
    rule: int
    key: np.uint64


class _Edges(NamedTuple):
    """Edges of a hop: position in the graph, destination (local), triplet."""

    position: IntArray
    destination: Int32Array
    triplet: Int16Array


class NeighbourSampler:
    """Samples in-edges of every node first reached at hop h, at most `fan_outs[h]`, without replacement."""

    def __init__(self, graph: KnowledgeGraph, fan_outs: tuple[int, ...], rule: FanOutRule) -> None:
        self.num_hops = len(fan_outs)
        self._graph, self._fan_outs, self._rule = graph, fan_outs, rule
        self._scratch = _Scratch(
            local=np.full(graph.num_nodes, -1, dtype=np.int32),
            is_chosen=np.zeros(int(graph.in_degree().max(initial=0)), dtype=np.bool_),
            quota=np.empty(int(np.diff(graph.segment_ptr).max(initial=0)), dtype=np.int64),
        )

    def copy(self) -> "NeighbourSampler":
        return NeighbourSampler(self._graph, self._fan_outs, self._rule)

    def sample(self, seeds: Int32Array, hidden_pairs: Int64Array, key: int) -> Subgraph:
        request, fan_outs = Request(seeds, hidden_pairs, np.uint64(key)), np.array(self._fan_outs, dtype=np.int64)
        return Subgraph(*_sample(GraphArrays.of(self._graph), request, fan_outs, _RULES[self._rule], self._scratch))


@kernel
def _sample(
    graph: GraphArrays, request: Request, fan_outs: Int64Array, rule: int, scratch: _Scratch
) -> tuple[Int32Array, Int64Array, Int32Array, Int32Array, Int16Array]:
    """The arrays of a `Subgraph`."""
    local, found, taken = scratch.local, len(request.seeds), 0
    nodes, hop_ptr = np.empty(len(local) + 1, np.int32), np.zeros(len(fan_outs) + 2, np.int64)
    source, destination, triplet = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int16)
    for i, node in enumerate(request.seeds):
        nodes[i], local[node] = node, i
    hop_ptr[1] = found
    for hop in range(len(fan_outs)):
        first, last = hop_ptr[hop], hop_ptr[hop + 1]
        room = taken + _count_edges(graph, nodes[first:last], fan_outs[hop], rule)
        source, destination, triplet = resized(source, room), resized(destination, room), resized(triplet, room)
        new = _Edges(np.empty(room - taken, graph.edge_ptr.dtype), destination[taken:], triplet[taken:])
        _choose_edges(graph, nodes, (first, last), _Draw(fan_outs[hop], rule, request.key + GOLDEN), scratch, new)
        for i, position in enumerate(new.position):
            source[taken + i] = graph.edge_source[position]
        if hop == 0 and len(request.hidden_pairs) > 0:
            room = _drop_hidden(request.hidden_pairs, nodes, local, source, new)
        found = _number_nodes(source[taken:room], nodes, found, local)
        taken = room
        hop_ptr[hop + 2] = found
    local[nodes[:found]] = -1
    return nodes[:found], hop_ptr, source[:taken], destination[:taken], triplet[:taken]


@kernel
def _count_edges(graph: GraphArrays, nodes: Int32Array, fan_out: int, rule: int) -> int:
    """How many edges into the nodes will be chosen."""
    count = 0
    for node in nodes:
        first, last = graph.segment_ptr[node], graph.segment_ptr[node + 1]
        if rule == _PER_RELATION:
            for segment in range(first, last):
                count += min(fan_out, graph.edge_ptr[segment + 1] - graph.edge_ptr[segment])
        else:
            count += min(fan_out, graph.edge_ptr[last] - graph.edge_ptr[first])
    return count


@kernel
def _choose_edges(
    graph: GraphArrays, nodes: Int32Array, hop: tuple[int, int], draw: _Draw, scratch: _Scratch, out: _Edges
) -> None:
    """Choose in-edges of the nodes hop[0] .. hop[1] - 1."""
    segment_ptr, segment_triplet, edge_ptr, _ = graph
    fan_out, rule, key = draw
    _, is_chosen, quota = scratch
    position, destination, triplet = out
    begin = end = 0
    for here in range(hop[0], hop[1]):
        node = nodes[here]
        node_key = stream(key, np.uint64(node))
        first, last = segment_ptr[node], segment_ptr[node + 1]
        if first == last:
            continue
        if rule == _UNIFORM:
            end += choose_range((edge_ptr[first], edge_ptr[last]), fan_out, node_key, position, end, is_chosen)
            for e in range(begin, end):
                segment = first + np.searchsorted(edge_ptr[first : last + 1], position[e], side="right") - 1
                triplet[e] = segment_triplet[segment]
        else:
            if rule == _BALANCED:
                share_evenly(edge_ptr, first, last, fan_out, node_key, quota)
            for segment in range(first, last):
                wanted = quota[segment - first] if rule == _BALANCED else fan_out
                bounds = edge_ptr[segment], edge_ptr[segment + 1]
                chosen = choose_range(bounds, wanted, node_key, position, end, is_chosen)
                triplet[end : end + chosen] = segment_triplet[segment]
                end += chosen
        destination[begin:end] = here
        begin = end


@kernel
def _drop_hidden(
    hidden_pairs: Int64Array, nodes: Int32Array, local: Int32Array, source: Int32Array, edges: _Edges
) -> int:
    """Close the gaps that the edges between hidden pairs of seeds leave. Returns how many edges stay.

    source: global numbers.
    """
    kept = 0
    for e, node in enumerate(source):
        if local[node] < 0 or not is_hidden(hidden_pairs, node, nodes[edges.destination[e]], len(local)):
            source[kept], edges.destination[kept], edges.triplet[kept] = node, edges.destination[e], edges.triplet[e]
            kept += 1
    return kept


@kernel
def _number_nodes(source: Int32Array, nodes: Int32Array, found: int, local: Int32Array) -> int:
    """Turn global into local numbers, in place, and append new nodes. Returns how many nodes there are.

    Free of branches: half of them would be mispredicted. nodes: shape (num_nodes + 1,).
    """
    for e in range(len(source)):
        node = source[e]
        at = local[node]
        nodes[found] = node
        source[e] = found if at < 0 else at
        local[node] = source[e]
        found += at < 0
    return found
