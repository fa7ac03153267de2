"""What is known to be right: left out of the ranks, and never drawn as a negative."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray


class KnownAnswers(NamedTuple):
    """One direction of `KnownEdges`: the edges of node n are ptr[n] .. ptr[n + 1] - 1, by triplet, then by answer."""

    ptr: IntArray
    triplet: IntArray
    answer: IntArray


@kernel
def _range(known: KnownAnswers, node: int, triplet: int) -> tuple[int, int]:
    """Where the known answers to (node, triplet) begin and end."""
    begin, end = known.ptr[node], known.ptr[node + 1]
    triplets = known.triplet[begin:end]
    return begin + np.searchsorted(triplets, triplet), begin + np.searchsorted(triplets, triplet, side="right")


@kernel
def draw_unknown(
    known: KnownAnswers,
    node: IntArray,
    triplet: IntArray,
    first_candidate: IntArray,
    num_candidates: IntArray,
    uniform: npt.NDArray[np.float64],
) -> IntArray:
    """For each query a candidate drawn uniformly from those that are no known answers, -1 where there is none.

    node, triplet, first_candidate, num_candidates, uniform (in [0, 1)): shape (num_queries,). Returns int32, the same.
    """
    negative = np.full(len(node), -1, np.int32)
    for row in range(len(node)):
        begin, end = _range(known, node[row], triplet[row])
        num_unknown = num_candidates[row] - (end - begin)
        if num_unknown <= 0:
            continue
        chosen = first_candidate[row] + int(uniform[row] * num_unknown)
        low, high = 0, end - begin  # bisect for the number of known answers before the chosen unknown one
        while low < high:
            middle = (low + high) // 2
            if known.answer[begin + middle] - middle <= chosen:
                low = middle + 1
            else:
                high = middle
        negative[row] = chosen + low
    return negative


@kernel
def other_known_positions(
    known: KnownAnswers, node: IntArray, triplet: IntArray, answer: IntArray, first_candidate: int, num_candidates: int
) -> IntArray:
    """Positions in a flat (num_queries, num_candidates) matrix of the known answers other than the one asked for.

    node, triplet, answer: shape (num_queries,). Returns int64, shape (num_found,), ascending.
    """
    total = 0
    for row in range(len(node)):
        begin, end = _range(known, node[row], triplet[row])
        total += end - begin
    positions = np.empty(total, np.int64)
    count = 0
    for row in range(len(node)):
        begin, end = _range(known, node[row], triplet[row])
        for other in known.answer[begin:end]:
            if other != answer[row]:
                positions[count] = row * num_candidates + other - first_candidate
                count += 1
    return positions[:count]
