"""Losses against plain Python, one row and one candidate at a time."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hgt_studio.model.losses import binary_cross_entropy, info_nce, sampled_softmax

ROWS, COLUMNS = 4, 6


def questions(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Scores, answers, and candidates that hold the answer; the last row has no negatives."""
    generator = torch.Generator().manual_seed(seed)
    scores = 3 * torch.randn(ROWS, COLUMNS, generator=generator, dtype=torch.float64)
    answer = torch.randint(COLUMNS, (ROWS,), generator=generator)
    candidates = torch.rand(ROWS, COLUMNS, generator=generator) < 0.5
    candidates[-1] = False
    return scores, answer, candidates.scatter(1, answer.unsqueeze(1), value=True)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_link_losses(seed: int) -> None:
    scores, answer, candidates = questions(seed)
    softmax, cross_entropy = [], []
    for row in range(ROWS):
        true = float(scores[row, answer[row]])
        false = [float(scores[row, j]) for j in range(COLUMNS) if candidates[row, j] and j != answer[row]]
        softmax.append(-math.log(math.exp(true) / sum(map(math.exp, [true, *false]))))
        misses = [-math.log(1 - 1 / (1 + math.exp(-score))) for score in false]
        cross_entropy.append((math.log(1 + math.exp(-true)) + sum(misses) / max(1, len(misses))) / 2)
    assert float(sampled_softmax(scores, answer, candidates)) == pytest.approx(sum(softmax) / ROWS)
    assert float(binary_cross_entropy(scores, answer, candidates)) == pytest.approx(sum(cross_entropy) / ROWS)


@pytest.mark.parametrize("loss", [sampled_softmax, binary_cross_entropy])
def test_scores_of_columns_that_do_not_compete_have_no_gradient(loss) -> None:  # type: ignore[no-untyped-def]
    scores, answer, candidates = questions(3)
    scores = torch.where(candidates, scores, 1e4).requires_grad_()
    loss(scores, answer, candidates).backward()
    assert torch.equal(scores.grad[~candidates], torch.zeros_like(scores.grad[~candidates]))
    assert bool(torch.isfinite(scores.grad).all())


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
