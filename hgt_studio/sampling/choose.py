"""Choosing edges of one node, without replacement, from a random stream."""

from hgt_studio.graph.kernel import kernel
from hgt_studio.sampling.random_bits import GOLDEN, below

_LINEAR_SEARCH_UP_TO = 64


@kernel
def choose_range(first, last, count, state, out, start):  # type: ignore[no-untyped-def]
    """Write `count` distinct numbers of first..last-1 to out[start:]; all subsets are equally likely."""
    size = last - first
    if count >= size:
        for i in range(size):
            out[start + i] = first + i
    elif count <= _LINEAR_SEARCH_UP_TO:  # Floyd's algorithm (Bentley & Floyd 1987)
        for i in range(count):
            state += GOLDEN
            pick = first + below(state, size - count + i + 1)
            for j in range(start, start + i):
                if out[j] == pick:
                    pick = first + size - count + i
                    break
            out[start + i] = pick
    else:  # selection sampling (Knuth 3.4.2, algorithm S)
        chosen = 0
        for i in range(size):
            state += GOLDEN
            if below(state, size - i) < count - chosen:
                out[start + chosen] = first + i
                chosen += 1


@kernel
def share_evenly(edge_ptr, first, last, total, state, quota):  # type: ignore[no-untyped-def]
    """Share `total` picks among segments first..last-1 as evenly as their sizes allow; quota[i] for segment first + i.

    The remainder goes to segments in a random rotation, so that no relation is favoured.
    """
    segments = last - first
    for i in range(segments):
        quota[i] = 0
    left = min(total, edge_ptr[last] - edge_ptr[first])
    offset, unfilled = below(state, segments), segments
    while left > 0:
        share = max(1, left // unfilled)
        unfilled = 0
        for turn in range(segments):
            i = offset + turn if offset + turn < segments else offset + turn - segments
            room = edge_ptr[first + i + 1] - edge_ptr[first + i] - quota[i]
            given = min(share, min(room, left))
            quota[i] += given
            left -= given
            if room > given:
                unfilled += 1
