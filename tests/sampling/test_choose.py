from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from hgt_studio.sampling.choose import choose_range, share_evenly
from hgt_studio.sampling.random_bits import stream

UNTOUCHED = -7


def choose(first: int, last: int, count: int, seed: int) -> list[int]:
    """The chosen numbers; also checks that nothing else is written, and that the scratch is left clean."""
    taken = min(count, last - first)
    out = np.full(taken + 4, UNTOUCHED, dtype=np.int64)
    is_chosen = np.zeros(last - first, dtype=np.bool_)
    assert choose_range((first, last), count, np.uint64(seed), out, 2, is_chosen) == taken
    assert (out[[0, 1, -2, -1]] == UNTOUCHED).all()
    assert not is_chosen.any()
    return out[2:-2].tolist()


@given(first=st.integers(0, 10**9), size=st.integers(0, 200), count=st.integers(0, 210), seed=st.integers(0, 10**6))
def test_chosen_numbers_are_distinct_and_in_range(first: int, size: int, count: int, seed: int) -> None:
    chosen = choose(first, first + size, count, seed)
    assert len(set(chosen)) == len(chosen) == min(count, size)
    assert all(first <= number < first + size for number in chosen)


@pytest.mark.parametrize(("size", "count", "draws"), [(5, 1, 4000), (6, 3, 8000), (7, 5, 8000), (67, 65, 40_000)])
def test_all_subsets_are_equally_likely(size: int, count: int, draws: int) -> None:
    seen = Counter(frozenset(choose(100, 100 + size, count, seed)) for seed in range(draws))
    subsets = [frozenset(subset) for subset in combinations(range(100, 100 + size), count)]
    assert chisquare([seen[subset] for subset in subsets]).pvalue > 0.001


def share(sizes: list[int], total: int, seed: int) -> list[int]:
    edge_ptr = np.cumsum([0, 5, *sizes, 3]).astype(np.int32)
    quota = np.full(len(sizes) + 1, UNTOUCHED, dtype=np.int64)
    share_evenly(edge_ptr, 1, 1 + len(sizes), total, np.uint64(stream(np.uint64(2), np.uint64(seed))), quota)
    assert quota[-1] == UNTOUCHED
    return quota[:-1].tolist()


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=12), total=st.integers(1, 100), seed=st.integers(0, 999))
def test_shares_are_as_even_as_sizes_allow(sizes: list[int], total: int, seed: int) -> None:
    quota = share(sizes, total, seed)
    assert sum(quota) == min(total, sum(sizes))
    assert all(given_ <= size for given_, size in zip(quota, sizes, strict=True))
    unfilled = [given_ for given_, size in zip(quota, sizes, strict=True) if given_ < size]
    if unfilled:
        assert max(quota) <= min(unfilled) + 1


def test_remainder_favours_no_segment() -> None:
    totals = np.sum([share([9] * 5, 7, seed) for seed in range(3000)], axis=0)
    assert totals.sum() == 7 * 3000
    assert chisquare(totals - 3000).pvalue > 0.001
