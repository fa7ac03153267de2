"""HGT's own sampler: importance sampling with a budget per node type (Hu et al. 2020, algorithm 1).

Every sampled node spreads one unit of weight over its neighbours, relation by relation; at each hop `num_samples`
nodes of each type are drawn with probability proportional to their squared weight; at last the edges among all
drawn nodes are restored. As in the authors' code and in PyG, at most 50 neighbours per node and relation are looked at.
"""

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.choose import choose_range
from hgt_studio.sampling.random_bits import GOLDEN, mix, stream
from hgt_studio.sampling.subgraph import Int32Array, Int64Array, Subgraph, contains, resized

_LOOKED_AT = 50


class BudgetSampler:
    """Draws `num_samples[h]` nodes of every type at hop h."""

    def __init__(self, graph: KnowledgeGraph, num_samples: tuple[int, ...]) -> None:
        self.num_hops = len(num_samples)
        self._graph, self._num_samples = graph, num_samples
        self._local = np.full(graph.num_nodes, -1, dtype=np.int32)
        self._weight = np.zeros(graph.num_nodes, dtype=np.float64)

    def copy(self) -> "BudgetSampler":
        return BudgetSampler(self._graph, self._num_samples)

    def sample(self, seeds: Int32Array, hidden_pairs: Int64Array, key: int) -> Subgraph:
        graph = self._graph
        arrays = (graph.segment_ptr, graph.segment_triplet, graph.edge_ptr, graph.edge_source)
        samples, key64 = np.array(self._num_samples, dtype=np.int64), np.uint64(key)
        nodes, hop_ptr = _draw_nodes(
            arrays, graph.type_ptr, seeds, samples, hidden_pairs, key64, (self._local, self._weight)
        )
        return Subgraph(nodes, hop_ptr, *_restore_edges(arrays, nodes, hop_ptr, hidden_pairs, key64, self._local))


@kernel
def _hidden(hidden_pairs, u, v, num_nodes):  # type: ignore[no-untyped-def]
    return len(hidden_pairs) > 0 and contains(hidden_pairs, np.int64(min(u, v)) * num_nodes + max(u, v))


@kernel
def _spread(graph, node, hidden_pairs, key, scratch, touched, count):  # type: ignore[no-untyped-def]
    """Spread a sampled node's weight over its neighbours outside the sample; returns the candidates and their number."""
    segment_ptr, _, edge_ptr, edge_source = graph
    local, weight = scratch
    picks = np.empty(_LOOKED_AT, np.int64)
    for segment in range(segment_ptr[node], segment_ptr[node + 1]):
        size = min(_LOOKED_AT, edge_ptr[segment + 1] - edge_ptr[segment])
        choose_range(edge_ptr[segment], edge_ptr[segment + 1], size, stream(key, np.uint64(segment)), picks, 0)
        for edge in picks[:size]:
            other = edge_source[edge]
            if local[other] >= 0 or _hidden(hidden_pairs, node, other, len(local)):
                continue
            if weight[other] == 0.0:
                if count == len(touched):
                    touched = resized(touched, 2 * count)
                touched[count] = other
                count += 1
            weight[other] += 1.0 / size
    return touched, count


@kernel
def _draw(candidates, weight, count, key):  # type: ignore[no-untyped-def]
    """Draw `count` candidates without replacement, probability ~ weight^2 (Efraimidis & Spirakis 2006)."""
    if count >= len(candidates):
        return candidates
    scores = np.empty(len(candidates), np.float64)
    for i, node in enumerate(candidates):
        uniform = (np.float64(mix(stream(key, np.uint64(node))) >> np.uint64(11)) + 0.5) / 9007199254740992.0
        scores[i] = np.log(uniform) / (weight[node] * weight[node])
    return candidates[np.argsort(scores)[len(scores) - count :]]


@kernel
def _draw_nodes(graph, type_ptr, seeds, num_samples, hidden_pairs, key, scratch):  # type: ignore[no-untyped-def]
    """The sampled nodes, hop by hop. Leaves `local` filled with their local numbers and `weight` as it was found."""
    local, weight = scratch
    nodes, hop_ptr = np.empty(len(local), np.int32), np.zeros(len(num_samples) + 2, np.int64)
    touched, count, found = np.empty(1 << 14, np.int32), 0, len(seeds)
    for i in range(len(seeds)):
        nodes[i], local[seeds[i]] = seeds[i], i
    hop_ptr[1] = found
    for hop in range(len(num_samples)):
        for i in range(hop_ptr[hop], hop_ptr[hop + 1]):
            touched, count = _spread(graph, nodes[i], hidden_pairs, key, scratch, touched, count)
        candidates = touched[:count].copy()
        candidates.sort()
        for t in range(len(type_ptr) - 1):
            first, last = np.searchsorted(candidates, type_ptr[t]), np.searchsorted(candidates, type_ptr[t + 1])
            for node in _draw(candidates[first:last], weight, num_samples[hop], key + GOLDEN * np.uint64(hop + 1)):
                nodes[found], local[node] = node, found
                found += 1
        hop_ptr[hop + 2] = found
        left = 0
        for node in candidates:
            if local[node] < 0:
                touched[left] = node
                left += 1
            else:
                weight[node] = 0.0
        count = left
    for i in range(count):
        weight[touched[i]] = 0.0
    return nodes[:found], hop_ptr


@kernel
def _restore_edges(graph, nodes, hop_ptr, hidden_pairs, key, local):  # type: ignore[no-untyped-def]
    """Edges into every node that a layer computes (all but the last hop) from sampled nodes. Resets `local`."""
    segment_ptr, segment_triplet, edge_ptr, edge_source = graph
    room, taken = 1 << 16, 0
    source, destination, triplet = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int16)
    picks = np.empty(_LOOKED_AT, np.int64)
    for here in range(hop_ptr[-2]):
        node = nodes[here]
        for segment in range(segment_ptr[node], segment_ptr[node + 1]):
            size = min(_LOOKED_AT, edge_ptr[segment + 1] - edge_ptr[segment])
            choose_range(edge_ptr[segment], edge_ptr[segment + 1], size, stream(key, np.uint64(segment)), picks, 0)
            if taken + size > room:
                room = 2 * (taken + size)
                source, destination, triplet = resized(source, room), resized(destination, room), resized(triplet, room)
            for edge in picks[:size]:
                at = local[edge_source[edge]]
                if at >= 0 and not _hidden(hidden_pairs, node, edge_source[edge], len(local)):
                    source[taken], destination[taken], triplet[taken] = at, here, segment_triplet[segment]
                    taken += 1
    for node in nodes:
        local[node] = -1
    return source[:taken], destination[:taken], triplet[:taken]
