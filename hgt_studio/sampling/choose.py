"""Choosing edges of one node, without replacement, from a random stream."""

import numpy as np

from hgt_studio.graph.hashing import GOLDEN
from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.sampling.random_bits import below, stream
from hgt_studio.sampling.subgraph import BoolArray, Int64Array


@kernel
def choose_range(
    bounds: tuple[int, int], count: int, key: np.uint64, out: IntArray, start: int, is_chosen: BoolArray
) -> int:
    """Write `count` distinct numbers of bounds[0] .. bounds[1] - 1, or all if there are fewer, to out[start:].

    All subsets are equally likely (Floyd's algorithm, Bentley & Floyd 1987); `key` and the lower bound decide.
    is_chosen: scratch, shape (at least bounds[1] - bounds[0],), all False; it is left so.

    Returns:
        How many were written.
    """
    first, size = bounds[0], bounds[1] - bounds[0]
    if count >= size:
        for i in range(size):
            out[start + i] = first + i
        return size
    state = stream(key, np.uint64(first))
    for i in range(count):
        state += GOLDEN
        newest = size - count + i
        pick = below(state, newest + 1)
        if is_chosen[pick]:
            pick = newest
        is_chosen[pick] = True
        out[start + i] = first + pick
    for i in range(count):
        is_chosen[out[start + i] - first] = False
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
        share = 1 if left < 2 * unfilled else left // unfilled
        unfilled = 0
        for _ in range(segments):
            room = edge_ptr[first + i + 1] - edge_ptr[first + i] - quota[i]
            given = min(share, room, left)
            quota[i] += given
            left -= given
            unfilled += room > given
            i = i + 1 if i + 1 < segments else 0
