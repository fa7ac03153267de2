"""Stateless random numbers for kernels: what is drawn depends on keys, never on threads or order.

SplitMix64 (Steele, Lea & Flood 2014) turns a counter into random bits; a Feistel network over it gives a random
permutation of 0..n-1 of which any element can be asked for alone.
"""

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.hashing import GOLDEN, mix
from hgt_studio.graph.kernel import kernel

_FEISTEL_ROUNDS = 4


@kernel
def stream(seed: np.uint64, key: np.uint64) -> np.uint64:
    """The state of the random stream that belongs to (seed, key)."""
    return mix(mix(seed + GOLDEN) ^ (key * GOLDEN))


@kernel
def below(state: np.uint64, n: int) -> int:
    """A number in 0..n-1 from a stream's state (multiply-shift, Lemire 2019; n < 2^32)."""
    draw = ((mix(state) >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32)
    return np.int64(draw)  # type: ignore[return-value]  # Numba's int


@kernel
def permuted(position: int, n: int, key: np.uint64) -> int:
    """Element `position` of the random permutation of 0..n-1 that belongs to `key`."""
    half_bits = np.uint64(1)
    while np.uint64(1) << (half_bits + half_bits) < np.uint64(n):
        half_bits += np.uint64(1)
    mask = (np.uint64(1) << half_bits) - np.uint64(1)
    value = np.uint64(position)
    while True:  # walk the cycle of the power-of-four permutation until it is inside 0..n-1
        left, right = value >> half_bits, value & mask
        for turn in range(_FEISTEL_ROUNDS):
            left, right = right, left ^ (stream(key + np.uint64(turn), right) & mask)
        value = (left << half_bits) | right
        if value < np.uint64(n):
            return np.int64(value)  # type: ignore[return-value]  # Numba's int


@kernel
def draw_passes(start: int, count: int, n: int, key: np.uint64) -> npt.NDArray[np.int64]:
    """Elements `start .. start + count - 1` of an endless stream that passes over 0..n-1, each pass in a new order.

    Returns int64, shape (count,). Within one pass no element occurs twice.
    """
    out = np.empty(count, np.int64)
    for i in range(count):
        position = start + i
        turn = position // n
        out[i] = permuted(position - turn * n, n, stream(key, np.uint64(turn)))
    return out
