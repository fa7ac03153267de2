"""Choosing edges of one node, without replacement, from a random stream."""

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.sampling.random_bits import GOLDEN, below
from hgt_studio.sampling.subgraph import BoolArray, Int64Array


@kernel
def choose_range(first: int, last: int, count: int, state: np.uint64, out: Int64Array, is_chosen: BoolArray) -> int:
    """Write `count` distinct numbers of first..last-1 to `out`, or all if there are fewer; returns how many.

    All subsets are equally likely (Floyd's algorithm, Bentley & Floyd 1987).
    is_chosen: scratch, shape (at least last - first,), all False; it is left so.
    """
    size = last - first
    if count >= size:
        for i in range(size):
            out[i] = first + i
        return size
    for i in range(count):
        state += GOLDEN
        pick, newest = below(state, size - count + i + 1), size - count + i
        if is_chosen[pick]:
            pick = newest
        is_chosen[pick] = True
        out[i] = first + pick
    for i in range(count):
        is_chosen[out[i] - first] = False
    return count


@kernel
def share_evenly(edge_ptr: IntArray, first: int, last: int, total: int, state: np.uint64, quota: Int64Array) -> None:
    """Share `total` picks among segments first..last-1 as evenly as their sizes allow; quota[i] for segment first + i.

    The remainder goes to segments in a random rotation, so that no relation is favoured.
    """
    segments = last - first
    quota[:segments] = 0
    left = min(total, edge_ptr[last] - edge_ptr[first])
    i, unfilled = below(state, segments), segments
    while left > 0:
        share = max(1, left // unfilled)
        unfilled = 0
        for _ in range(segments):
            room = edge_ptr[first + i + 1] - edge_ptr[first + i] - quota[i]
            given = min(share, room, left)
            quota[i] += given
            left -= given
            unfilled += room > given
            i = i + 1 if i + 1 < segments else 0
