"""The order in which training edges become supervision edges: an endless stream, of which any part can be asked for."""

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.sampling.random_bits import permuted, stream
from hgt_studio.sampling.subgraph import Float64Array, Int64Array

SURE = 1 - 1e-9  # the largest chance of coming that is reckoned with


class FactStream:
    """Draws positions of facts, round by round, each round as long as there are facts and in a new order.

    In a round every triplet has a quota that goes with the number of its facts to the power `exponent`: 1 gives each
    fact one place, 0 each triplet as many places. After any number of rounds, no fact of a triplet has come more than
    once more often than another of it.

    Args:
        triplet: of each fact, shape (num_facts,).
        exponent: 0 to 1.
    """

    def __init__(self, triplet: IntArray, exponent: float, key: np.uint64) -> None:
        self._facts = np.argsort(triplet, kind="stable").astype(np.int32)
        sizes = np.bincount(triplet)
        sizes = sizes[sizes > 0]
        self._first_fact = np.concatenate([[0], np.cumsum(sizes)])
        share = np.cumsum(sizes.astype(np.float64) ** exponent)
        self._first_place = np.concatenate([[0], np.floor(len(triplet) * share / share[-1] + 0.5).astype(np.int64)])
        self._key = key

    def __call__(self, start: int, count: int) -> Int64Array:
        """Elements start .. start + count - 1 of the stream. shape: (count,)."""
        return _draw(start, count, self._facts, self._first_fact, self._first_place, self._key)

    def rates(self, count: int) -> Float64Array:
        """How often `count` draws bring each fact, on average. shape: (num_facts,)."""
        rates, sizes = np.empty(len(self._facts)), np.diff(self._first_fact)
        rates[self._facts] = np.repeat(count / len(self._facts) * np.diff(self._first_place) / sizes, sizes)
        return rates


@kernel
def _draw(
    start: int, count: int, facts: IntArray, first_fact: Int64Array, first_place: Int64Array, key: np.uint64
) -> Int64Array:
    """first_fact, first_place: where the facts and the places of each triplet begin, shape (num_triplets + 1,)."""
    out = np.empty(count, np.int64)
    for i in range(count):
        turn = (start + i) // len(facts)
        place = permuted((start + i) % len(facts), len(facts), stream(key, np.uint64(turn)))
        group = np.searchsorted(first_place, place, side="right") - 1
        size, quota = first_fact[group + 1] - first_fact[group], first_place[group + 1] - first_place[group]
        drawn = turn * quota + place - first_place[group]
        of_pass = stream(stream(key, np.uint64(group + 1)), np.uint64(drawn // size))
        out[i] = facts[first_fact[group] + permuted(drawn % size, size, of_pass)]
    return out
