"""The order of supervision edges: quotas of triplets in every round, passes over the facts of each."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from hgt_studio.sampling.fact_stream import FactStream

TRIPLETS = np.array([4] * 5 + [0] * 70 + [2] * 25, dtype=np.int16)
KEYS = st.integers(0, 2**64 - 1).map(np.uint64)


@given(key=KEYS, exponent=st.sampled_from([0.0, 0.3, 1.0]), start=st.integers(0, 500), count=st.integers(0, 200))
def test_any_part_of_the_stream_can_be_asked_for(key: np.uint64, exponent: float, start: int, count: int) -> None:
    draw = FactStream(TRIPLETS, exponent, key)
    np.testing.assert_array_equal(draw(start, count), draw(0, 700)[start : start + count])


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_every_round_has_the_quotas_of_the_exponent(exponent: float) -> None:
    rounds = TRIPLETS[FactStream(TRIPLETS, exponent, np.uint64(7))(0, 10 * len(TRIPLETS))].reshape(10, -1)
    power = {triplet: count**exponent for triplet, count in Counter(TRIPLETS.tolist()).items()}
    for places in rounds:
        for triplet, count in Counter(places.tolist()).items():
            assert abs(count - len(TRIPLETS) * power[triplet] / sum(power.values())) <= 1


@given(key=KEYS, exponent=st.sampled_from([0.0, 0.5, 1.0]), rounds=st.integers(1, 5))
def test_no_fact_of_a_triplet_gets_ahead_of_another(key: np.uint64, exponent: float, rounds: int) -> None:
    times = np.bincount(FactStream(TRIPLETS, exponent, key)(0, rounds * len(TRIPLETS)), minlength=len(TRIPLETS))
    for triplet in set(TRIPLETS.tolist()):
        assert np.ptp(times[triplet == TRIPLETS]) <= 1


def test_every_fact_has_one_place_in_a_round_of_exponent_one() -> None:
    rounds = FactStream(TRIPLETS, 1.0, np.uint64(3))(0, 4 * len(TRIPLETS)).reshape(4, -1)
    np.testing.assert_array_equal(np.sort(rounds, axis=1), np.tile(np.arange(len(TRIPLETS)), (4, 1)))
    assert len({tuple(order) for order in rounds.tolist()}) == 4


def test_places_are_shuffled_within_a_round() -> None:
    """The small triplet's one fact in a hundred stands anywhere."""
    triplets = np.array([0] * 9 + [1], dtype=np.int16)
    first = [int(FactStream(triplets, 1.0, np.uint64(key))(0, 1)[0]) for key in range(5000)]
    assert chisquare(np.bincount(first, minlength=10)).pvalue > 0.001
