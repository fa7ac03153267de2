"""Losses against plain Python, one row and one candidate at a time."""

import math
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hgt_studio.config import TrainingConfig
from hgt_studio.config.training import LinkLossName
from hgt_studio.model.losses import info_nce, link_loss, relation_loss, self_adversarial, third_powers, uniformity

ROWS, COLUMNS = 4, 6


def questions(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Scores, answers, candidates that hold the answer, logs of counts; the last row has no negatives."""
    generator = torch.Generator().manual_seed(seed)
    scores = 3 * torch.randn(ROWS, COLUMNS, generator=generator, dtype=torch.float64)
    answer = torch.randint(COLUMNS, (ROWS,), generator=generator)
    candidates = torch.rand(ROWS, COLUMNS, generator=generator) < 0.5
    candidates[-1] = False
    count = torch.randint(1, 4, (COLUMNS,), generator=generator, dtype=torch.float64)
    return scores, answer, candidates.scatter(1, answer.unsqueeze(1), value=True), count.log()


def by_definition(name: LinkLossName, scores: list[float], answer: int, temperature: float, smoothing: float) -> float:
    """The loss of one row. scores: of all nodes that compete. answer: position of the true one."""
    if name == "sampled_softmax":
        share = [math.exp(score) / sum(map(math.exp, scores)) for score in scores]
        target = [smoothing / len(scores) + (1 - smoothing) * (i == answer) for i in range(len(scores))]
        return -sum(t * math.log(p) for t, p in zip(target, share, strict=True))

    def cross_entropy(score: float, target: float) -> float:
        p = 1 / (1 + math.exp(-score))
        return -target * math.log(p) - (1 - target) * math.log(1 - p)

    false = [score for i, score in enumerate(scores) if i != answer]
    hardness = [math.exp(score / temperature) if name == "self_adversarial" else 1.0 for score in false]
    misses = [h / sum(hardness) * cross_entropy(s, smoothing / 2) for h, s in zip(hardness, false, strict=True)]
    return (cross_entropy(scores[answer], 1 - smoothing / 2) + sum(misses)) / 2


@pytest.mark.parametrize("name", get_args(LinkLossName))
@settings(max_examples=20)
@given(seed=st.integers(0, 1000), smoothing=st.sampled_from([0.0, 0.3]), temperature=st.sampled_from([0.5, 2.0]))
def test_link_losses(name: LinkLossName, seed: int, smoothing: float, temperature: float) -> None:
    chosen = TrainingConfig(link_loss=name, label_smoothing=smoothing, adversarial_temperature=temperature)
    scores, answer, candidates, log_count = questions(seed)
    expected = []
    for row in range(ROWS):
        true = int(answer[row])
        false = [column for column in range(COLUMNS) if candidates[row, column] and column != true]
        nodes = [true, *(column for column in false for _ in range(round(math.exp(log_count[column]))))]
        expected.append(by_definition(name, scores[row, nodes].tolist(), 0, temperature, smoothing))
    weight = torch.rand(ROWS, dtype=scores.dtype)
    found = link_loss(chosen, scores, answer, candidates, log_count, weight / weight.sum())
    assert float(found) == pytest.approx(np.average(expected, weights=weight.numpy()))


def test_the_relation_loss_compares_a_triplet_with_its_rivals_alone() -> None:
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(5, 4, dtype=torch.float64, generator=generator)
    rivals = torch.tensor([[1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1]], dtype=torch.bool)
    triplet, weight = torch.tensor([0, 2, 2, 1, 3]), torch.tensor([0.1, 0.2, 0.3, 0.2, 0.2], dtype=torch.float64)
    losses = []
    for row, true in zip(scores.tolist(), triplet.tolist(), strict=True):
        competing = [row[0], row[2]] if true in (0, 2) else [row[true]]
        losses.append(-math.log(math.exp(row[true]) / sum(map(math.exp, competing))))
    assert losses[3] == losses[4] == 0.0
    found = relation_loss(scores, triplet, rivals, weight)
    assert float(found) == pytest.approx(np.average(losses, weights=weight.numpy()))


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("name", get_args(LinkLossName))
def test_scores_of_columns_that_do_not_compete_have_no_gradient(name: LinkLossName, smoothing: float) -> None:
    scores, answer, candidates, log_count = questions(3)
    scores = torch.where(candidates, scores, 1e4).requires_grad_()
    link_loss(
        TrainingConfig(link_loss=name, label_smoothing=smoothing),
        scores,
        answer,
        candidates,
        log_count,
        scores.new_ones(ROWS),
    ).backward()
    assert torch.equal(scores.grad[~candidates], torch.zeros_like(scores.grad[~candidates]))
    assert bool(torch.isfinite(scores.grad).all())


def test_the_weights_of_hard_negatives_are_constants_to_the_gradient() -> None:
    """The gradient at a negative is its weight times the sigmoid of its score, over rows and the mean of two."""
    scores, answer, candidates, log_count = questions(5)
    scores.requires_grad_()
    self_adversarial(scores, answer, candidates, log_count, temperature=0.5).mean().backward()
    for row in range(ROWS - 1):
        false = [column for column in range(COLUMNS) if candidates[row, column] and column != answer[row]]
        weight = (scores[row, false].detach() / 0.5 + log_count[false]).softmax(0)
        expected = weight * scores[row, false].detach().sigmoid() / (2 * ROWS)
        torch.testing.assert_close(scores.grad[row, false], expected)


def test_info_nce() -> None:
    """Asked both ways: the second among the seconds for a first, the first among the firsts for a second."""
    torch.manual_seed(0)
    pairs, temperature = 5, 0.2
    ends = torch.randn(2 * pairs, 3, dtype=torch.float64)
    candidates = (torch.rand(pairs, pairs) < 0.6) | torch.eye(pairs, dtype=torch.bool)
    unit = [[float(x / row.norm()) for x in row] for row in ends]

    def similarity(i: int, j: int) -> float:
        return math.exp(sum(a * b for a, b in zip(unit[i], unit[pairs + j], strict=True)) / temperature)

    total = 0.0
    for i in range(pairs):
        seconds = sum(similarity(i, j) for j in range(pairs) if candidates[i, j])
        firsts = sum(similarity(j, i) for j in range(pairs) if candidates[j, i])
        total -= (math.log(similarity(i, i) / seconds) + math.log(similarity(i, i) / firsts)) / 2
    assert float(info_nce(ends, candidates, temperature)) == pytest.approx(total / pairs)


def test_uniformity_is_of_all_pairs_of_used_rows_and_blind_to_the_others() -> None:
    torch.manual_seed(0)
    vectors = torch.randn(6, 3, dtype=torch.float64).requires_grad_()
    used = torch.tensor([True, True, False, True, True, False])
    unit = [(row / row.norm()).tolist() for row in vectors.detach()[used]]
    squared = [sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) for x in unit for y in unit if x is not y]
    found = uniformity(vectors, used)
    assert float(found.detach()) == pytest.approx(math.log(sum(math.exp(-2 * s) for s in squared) / len(squared)))
    found.backward()
    assert not vectors.grad[~used].any()
    assert bool((vectors.grad[used] != 0).all())


def test_uniformity_goes_from_zero_to_minus_four() -> None:
    everyone = torch.ones(100, dtype=torch.bool)
    assert float(uniformity(torch.ones(100, 64), everyone)) == pytest.approx(0, abs=1e-5)
    assert float(uniformity(torch.eye(100), everyone)) == pytest.approx(-4, abs=1e-5)


@pytest.mark.parametrize("is_complex", [False, True])
def test_third_powers(is_complex: bool) -> None:
    """Against complex numbers of numpy; the gradient against finite differences, and zero at zero."""
    rows = torch.randn(5, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    numbers = rows.numpy()
    numbers = numbers[:, :4] + 1j * numbers[:, 4:] if is_complex else numbers
    np.testing.assert_allclose(third_powers(rows, is_complex), (np.abs(numbers) ** 3).sum(1))
    assert torch.autograd.gradcheck(lambda x: third_powers(x, is_complex), rows.requires_grad_())
    origin = torch.zeros(1, 8, requires_grad=True)
    third_powers(origin, is_complex).sum().backward()
    assert origin.grad is not None
    assert not origin.grad.any()
