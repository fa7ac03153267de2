"""Neighbour sampling: a fan-out per hop, in one Numba kernel.

Hamilton et al. 2017 (GraphSAGE), with three ways to read the fan-out of a node: shared evenly among its relations
(`balanced`), over all its edges alike (`uniform`), or for each relation anew (`per_relation`, PyG's meaning).
"""

import numpy as np

from hgt_studio.config.sampling import FanOutRule
from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.choose import choose_range, share_evenly
from hgt_studio.sampling.random_bits import GOLDEN, stream
from hgt_studio.sampling.subgraph import Int32Array, Int64Array, Subgraph, contains, resized

_BALANCED, _UNIFORM, _PER_RELATION = 0, 1, 2
_RULES: dict[FanOutRule, int] = {"balanced": _BALANCED, "uniform": _UNIFORM, "per_relation": _PER_RELATION}


class NeighbourSampler:
    """Samples in-edges of every node first reached at hop h, at most `fan_outs[h]`, without replacement."""

    def __init__(self, graph: KnowledgeGraph, fan_outs: tuple[int, ...], rule: FanOutRule) -> None:
        self.num_hops = len(fan_outs)
        self._graph, self._fan_outs, self._rule = graph, fan_outs, rule
        self._local = np.full(graph.num_nodes, -1, dtype=np.int32)
        most_segments = int(np.diff(graph.segment_ptr).max(initial=1))
        self._quota = np.empty(most_segments, dtype=np.int64)
        most_edges = int(graph.in_degree().max(initial=1))
        wanted = max(fan_outs) * (most_segments if rule == "per_relation" else 1)
        self._picks = np.empty(min(wanted, most_edges), dtype=np.int64)

    def copy(self) -> "NeighbourSampler":
        return NeighbourSampler(self._graph, self._fan_outs, self._rule)

    def sample(self, seeds: Int32Array, hidden_pairs: Int64Array, key: int) -> Subgraph:
        graph = self._graph
        arrays = _sample(
            (graph.segment_ptr, graph.segment_triplet, graph.edge_ptr, graph.edge_source),
            seeds, np.array(self._fan_outs, dtype=np.int64), _RULES[self._rule], hidden_pairs, np.uint64(key),
            (self._local, self._quota, self._picks),
        )  # fmt: skip
        return Subgraph(*arrays)


@kernel
def _choose_edges(graph, node, fan_out, rule, state, scratch):  # type: ignore[no-untyped-def]
    """Choose in-edges of a node; they stand in `picks`, ascending by segment. Returns how many."""
    segment_ptr, _, edge_ptr, _ = graph
    _, quota, picks = scratch
    first, last = segment_ptr[node], segment_ptr[node + 1]
    if first == last:
        return 0
    if rule == _UNIFORM:
        count = min(fan_out, edge_ptr[last] - edge_ptr[first])
        choose_range(edge_ptr[first], edge_ptr[last], count, state, picks, 0)
        picks[:count].sort()
        return count
    if rule == _BALANCED:
        share_evenly(edge_ptr, first, last, fan_out, state, quota)
    count = 0
    for segment in range(first, last):
        wanted = quota[segment - first] if rule == _BALANCED else fan_out
        wanted = min(wanted, edge_ptr[segment + 1] - edge_ptr[segment])
        choose_range(edge_ptr[segment], edge_ptr[segment + 1], wanted, stream(state, np.uint64(segment)), picks, count)
        count += wanted
    return count


@kernel
def _sample(graph, seeds, fan_outs, rule, hidden_pairs, key, scratch):  # type: ignore[no-untyped-def]
    """All hops. `local` maps a node to its local number, -1 outside; it is left as it was found."""
    segment_ptr, segment_triplet, edge_ptr, edge_source = graph
    local, _, picks = scratch
    num_nodes, num_seeds = len(segment_ptr) - 1, len(seeds)
    nodes, hop_ptr = np.empty(num_nodes, np.int32), np.zeros(len(fan_outs) + 2, np.int64)
    source, destination = np.empty(1 << 16, np.int32), np.empty(1 << 16, np.int32)
    triplet = np.empty(1 << 16, np.int16)
    for i in range(num_seeds):
        nodes[i], local[seeds[i]] = seeds[i], i
    hop_ptr[1] = num_seeds
    found, taken = num_seeds, 0
    for hop in range(len(fan_outs)):
        for here in range(hop_ptr[hop], hop_ptr[hop + 1]):
            node = nodes[here]
            count = _choose_edges(graph, node, fan_outs[hop], rule, stream(key + GOLDEN, np.uint64(node)), scratch)
            if taken + count > len(source):
                room = 2 * (taken + count)
                source, destination, triplet = resized(source, room), resized(destination, room), resized(triplet, room)
            segment = segment_ptr[node]
            for edge in picks[:count]:
                while edge >= edge_ptr[segment + 1]:
                    segment += 1
                other = edge_source[edge]
                at = local[other]
                if at < 0:
                    at = found
                    nodes[found], local[other] = other, at
                    found += 1
                elif at < num_seeds and here < num_seeds and len(hidden_pairs) > 0:
                    if contains(hidden_pairs, np.int64(min(node, other)) * num_nodes + max(node, other)):
                        continue
                source[taken], destination[taken], triplet[taken] = at, here, segment_triplet[segment]
                taken += 1
        hop_ptr[hop + 2] = found
    for i in range(found):
        local[nodes[i]] = -1
    return nodes[:found], hop_ptr, source[:taken], destination[:taken], triplet[:taken]
