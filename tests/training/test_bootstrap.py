"""Intervals against a bootstrap that really copies the rows, and against what intervals must do."""

import numpy as np
import pytest

from hgt_studio.training.bootstrap import confidence_intervals
from hgt_studio.training.evaluation import link_metrics
from hgt_studio.training.ranking import Ranking


def random_ranking(num_edges: int, seed: int = 0) -> Ranking:
    generator = np.random.default_rng(seed)
    rank = 1 + np.floor(generator.exponential(8, size=(num_edges, 2)))
    positive = generator.normal(0.7, 1, size=(num_edges, 2)).astype(np.float32)
    negative = generator.normal(0.0, 1, size=(num_edges, 2)).astype(np.float32)
    return Ranking(rank, positive, negative)


def rows_of(ranking: Ranking, rows: np.ndarray) -> Ranking:
    return Ranking(ranking.rank[rows], ranking.positive_score[rows], ranking.negative_score[rows])


def width(ranking: Ranking, pair: np.ndarray, name: str) -> float:
    low, high = confidence_intervals(ranking, pair, seed=1)[name]
    return high - low


def test_equals_a_bootstrap_that_copies_rows() -> None:
    ranking = random_ranking(60)
    pair = np.random.default_rng(1).integers(25, size=60)
    pair = np.unique(pair, return_inverse=True)[1]
    members = [np.flatnonzero(pair == number) for number in range(pair.max() + 1)]
    generator = np.random.default_rng(7)
    replicates = []
    for _ in range(100):
        drawn = generator.integers(len(members), size=len(members))
        copy = rows_of(ranking, np.concatenate([members[number] for number in drawn]))
        replicates.append(link_metrics(copy.rank, copy.positive_score, copy.negative_score))
    found = confidence_intervals(ranking, pair, seed=7, num_replicates=100)
    assert set(found) == {"mrr", "hits@10", "auroc", "average_precision"}
    for name, interval in found.items():
        expected = np.quantile([metrics[name] for metrics in replicates], [0.025, 0.975])
        assert interval == pytest.approx(tuple(expected), abs=1e-12)


@pytest.mark.parametrize("name", ["mrr", "hits@10", "auroc", "average_precision"])
def test_contains_the_estimate_and_narrows_as_one_over_the_root(name: str) -> None:
    small, large = random_ranking(400), random_ranking(6400)
    estimate = link_metrics(small.rank, small.positive_score, small.negative_score)[name]
    low, high = confidence_intervals(small, np.arange(400), seed=1)[name]
    assert low < estimate < high
    ratio = width(small, np.arange(400), name) / width(large, np.arange(6400), name)
    assert ratio == pytest.approx(4, rel=0.2)


def test_edges_of_one_pair_do_not_count_as_independent() -> None:
    one_each = random_ranking(300)
    four_each = rows_of(one_each, np.repeat(np.arange(300), 4))
    pair = np.repeat(np.arange(300), 4)
    assert width(four_each, pair, "mrr") == pytest.approx(width(one_each, np.arange(300), "mrr"), rel=1e-9)
    assert width(four_each, np.arange(1200), "mrr") < 0.6 * width(four_each, pair, "mrr")


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    truth = np.mean(1 / random_ranking(400_000, seed=99).rank)
    covered = 0
    for seed in range(100):
        ranking = random_ranking(150, seed=seed)
        low, high = confidence_intervals(ranking, np.arange(150), seed=seed, num_replicates=200)["mrr"]
        covered += low <= truth <= high
    assert 88 <= covered <= 100
