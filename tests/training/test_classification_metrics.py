"""AUROC and average precision against their definitions, pair by pair and threshold by threshold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgt_studio.training.classification_metrics import SortedScores, auroc_and_average_precision, pairwise_loss

# Few distinct values: ties within and across the classes are the rule.
scores = st.lists(st.integers(0, 6).map(lambda i: i / 4), min_size=1, max_size=30)


def auroc_by_pairs(positive: list[float], negative: list[float]) -> float:
    wins = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


def average_precision_by_thresholds(positive: list[float], negative: list[float]) -> float:
    total, recall = 0.0, 0.0
    for threshold in sorted({*positive, *negative}, reverse=True):
        true, false = sum(p >= threshold for p in positive), sum(n >= threshold for n in negative)
        total += (true / len(positive) - recall) * true / (true + false)
        recall = true / len(positive)
    return total


@settings(deadline=None)
@given(positive=scores, negative=scores)
def test_both_equal_their_definitions(positive: list[float], negative: list[float]) -> None:
    negative = negative[: len(positive)]
    padded = np.array(negative + [math.nan] * (len(positive) - len(negative)))
    auroc, average_precision = auroc_and_average_precision(np.array(positive), padded)
    assert auroc == pytest.approx(auroc_by_pairs(positive, negative), abs=1e-12)
    assert average_precision == pytest.approx(average_precision_by_thresholds(positive, negative), abs=1e-12)


@settings(deadline=None)
@given(data=st.data(), num_groups=st.integers(1, 6))
def test_a_whole_weight_is_so_many_copies_of_the_group(data: st.DataObject, num_groups: int) -> None:
    generator = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    positive, negative = generator.integers(0, 8, size=(2, 15, 2)).astype(np.float32)
    negative[generator.random(negative.shape) < 0.2] = np.nan
    group = generator.integers(num_groups, size=15)
    weight = generator.integers(0, 4, size=num_groups)
    found = SortedScores.of(positive, negative, group).auroc_and_average_precision(weight.astype(np.float64))
    copies = np.repeat(np.arange(15), weight[group])
    expected = auroc_and_average_precision(positive[copies], negative[copies])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_neither_exists_without_negatives() -> None:
    found = auroc_and_average_precision(np.array([1.0, 2.0]), np.array([np.nan, np.nan]))
    assert all(math.isnan(value) for value in found)


def test_constant_scores_say_nothing() -> None:
    assert auroc_and_average_precision(np.zeros(50), np.zeros(50)) == (0.5, 0.5)


def test_pairwise_loss_is_the_softmax_loss_of_each_edge_against_its_negative() -> None:
    generator = np.random.default_rng(0)
    positive, negative = generator.normal(size=(2, 50, 2)).astype(np.float32) * 5
    negative[7, 1] = np.nan
    rows = [(p, n) for p, n in zip(positive.ravel(), negative.ravel(), strict=True) if not np.isnan(n)]
    expected = np.mean([-np.log(np.exp(p) / (np.exp(p) + np.exp(n))) for p, n in np.array(rows, np.float64)])
    assert pairwise_loss(positive, negative) == pytest.approx(expected)
    assert pairwise_loss(positive + 3, negative + 3) == pytest.approx(expected, rel=1e-5)
    assert np.isnan(pairwise_loss(positive, np.full_like(negative, np.nan)))
