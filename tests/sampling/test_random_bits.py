import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from hgt_studio.sampling.random_bits import below, draw_passes, permuted, stream

KEYS = st.integers(0, 2**64 - 1).map(np.uint64)


def key_of(seed: int, number: int) -> np.uint64:
    """A key among many independent ones; kernels give numbers of 64 bits back as `int`."""
    return np.uint64(stream(np.uint64(seed), np.uint64(number)))


@given(n=st.integers(1, 400), key=KEYS)
def test_permuted_is_a_permutation(n: int, key: np.uint64) -> None:
    assert sorted(permuted(position, n, key) for position in range(n)) == list(range(n))


def test_permuted_takes_every_order() -> None:
    orders = {tuple(permuted(i, 4, key_of(0, key)) for i in range(4)) for key in range(2000)}
    assert len(orders) == 24


def test_first_of_a_permutation_is_uniform() -> None:
    first = [permuted(0, 7, key_of(1, key)) for key in range(7000)]
    assert chisquare(np.bincount(first, minlength=7)).pvalue > 0.001


@given(n=st.integers(1, 50), start=st.integers(0, 200), count=st.integers(0, 120), key=KEYS)
def test_draw_passes_is_a_window_of_whole_passes(n: int, start: int, count: int, key: np.uint64) -> None:
    num_passes = (start + count) // n + 1
    endless = draw_passes(0, num_passes * n, n, key)
    assert (np.sort(endless.reshape(num_passes, n), axis=1) == np.arange(n)).all()
    assert (draw_passes(start, count, n, key) == endless[start : start + count]).all()


def test_passes_differ() -> None:
    passes = draw_passes(0, 60, 20, np.uint64(5)).reshape(3, 20)
    assert len(np.unique(passes, axis=0)) == 3


def test_below_is_uniform() -> None:
    draws = [below(key_of(3, i), 6) for i in range(6000)]
    assert chisquare(np.bincount(draws, minlength=6)).pvalue > 0.001
