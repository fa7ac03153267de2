"""Losses: of link prediction, of contrastive pairs, of how long the embeddings are and how they lie in their space.

Every link loss gets a matrix of scores, the column of the true answer of each row, a mask of the columns that compete
(the answer and its negatives), and how many nodes each column stands for; it returns the loss of each row. Batches
bring nodes of many edges more often than others; counted so, the negatives stand for all nodes of their type alike
(importance sampling, Bengio & Senecal 2008). Else a model would learn to score well-known nodes low.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional

from hgt_studio.config import TrainingConfig


def sampled_softmax(
    scores: Tensor, answer: Tensor, candidates: Tensor, log_count: Tensor, smoothing: float = 0.0
) -> Tensor:
    """Cross-entropy of the answer among all nodes that the candidates stand for. Returns (rows,).

    scores: (rows, columns). answer: int64 (rows,). candidates: bool (rows, columns). log_count: (columns,), the log of
    how many nodes a negative stands for; an answer stands for itself.
    smoothing: the share of the target that is spread over all of them (Szegedy et al. 2016).
    """
    target, log_weight = _at(answer, scores), _log_weights(candidates, log_count, answer, of_answer=0.0)
    if smoothing:
        target = torch.lerp(target, (scores * log_weight.softmax(1)).sum(1), smoothing)
    return (scores + log_weight).logsumexp(1) - target


def binary_cross_entropy(
    scores: Tensor, answer: Tensor, candidates: Tensor, log_count: Tensor, smoothing: float = 0.0
) -> Tensor:
    """Half of the loss of the answer plus the mean loss of its negatives. Shapes as in `sampled_softmax`.

    smoothing: moves the targets 1 and 0 so far towards each other that they meet at 1.
    """
    weight = _softmax_of_negatives(_log_weights(candidates, log_count, answer, of_answer=float("-inf")))
    return _binary_loss(scores, answer, weight, smoothing)


def self_adversarial(
    scores: Tensor, answer: Tensor, candidates: Tensor, log_count: Tensor, temperature: float, smoothing: float = 0.0
) -> Tensor:
    """Binary cross-entropy that heeds hard negatives more (Sun et al. 2019, equations 4 and 5).

    A negative's weight is the softmax of score / temperature among the negatives of its row, constant to the gradient.
    """
    weight = _softmax_of_negatives(
        _log_weights(candidates, log_count, answer, of_answer=float("-inf")).add_(
            scores.detach(), alpha=1 / temperature
        )
    )
    return _binary_loss(scores, answer, weight, smoothing)


def _log_weights(candidates: Tensor, log_count: Tensor, answer: Tensor, *, of_answer: float) -> Tensor:
    """`log_count` at the negatives, minus infinity at what does not compete. shape: (rows, columns)."""
    return torch.where(candidates, log_count, float("-inf")).scatter_(1, answer.unsqueeze(1), of_answer)


def _softmax_of_negatives(log_weight: Tensor) -> Tensor:
    """Weights with the sum 1 in each row, or 0 where it has no negative. log_weight is overwritten."""
    idle = log_weight == float("-inf")
    return log_weight.clamp_(min=torch.finfo(log_weight.dtype).min).softmax(1).masked_fill_(idle, 0.0)


def _binary_loss(scores: Tensor, answer: Tensor, weight: Tensor, smoothing: float) -> Tensor:
    """-t log p - (1 - t) log(1 - p) = softplus(s) - t s, of answers and negatives. weight: of the negatives, else 0."""
    true = _at(answer, scores)
    loss = functional.softplus(-true) + (functional.softplus(scores) * weight).sum(1)
    if smoothing:
        loss = loss + smoothing / 2 * (true - (scores * weight).sum(1))
    return loss / 2


def _at(answer: Tensor, scores: Tensor) -> Tensor:
    """The score of each row's answer. shape: (rows,)."""
    return scores.gather(1, answer.unsqueeze(1)).squeeze(1)


def link_loss(
    settings: TrainingConfig, scores: Tensor, answer: Tensor, candidates: Tensor, log_count: Tensor, weight: Tensor
) -> Tensor:
    """The mean of the link loss that the configuration names, rows counting for their weight.

    Shapes as in `sampled_softmax`. weight: float (rows,), with the sum 1.
    """
    return (_row_losses(settings, scores, answer, candidates, log_count) * weight).sum()


def _row_losses(
    settings: TrainingConfig, scores: Tensor, answer: Tensor, candidates: Tensor, log_count: Tensor
) -> Tensor:
    smoothing, compared = settings.label_smoothing, (scores, answer, candidates, log_count)
    match settings.link_loss:
        case "sampled_softmax":
            return sampled_softmax(*compared, smoothing)
        case "binary_cross_entropy":
            return binary_cross_entropy(*compared, smoothing)
        case "self_adversarial":
            return self_adversarial(*compared, settings.adversarial_temperature, smoothing)


def relation_loss(scores: Tensor, triplet: Tensor, rivals: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy of each edge's triplet among its rivals, the mean by weight (Chen et al. 2021).

    scores: (edges, triplets). triplet: int64 (edges,). rivals: bool (triplets, triplets), true on the diagonal.
    weight: float (edges,), with the sum 1.
    """
    competing = torch.where(rivals.index_select(0, triplet), scores, float("-inf"))
    return ((competing.logsumexp(1) - _at(triplet, scores)) * weight).sum()


def info_nce(ends: Tensor, candidates: Tensor, temperature: float) -> Tensor:
    """InfoNCE over pairs (van den Oord et al. 2018), both ways round, with cosine similarity.

    ends: (2 * pairs, dim), the first of every pair, then the seconds. candidates: bool (pairs, pairs), true on the
    diagonal and where the second of pair j is no partner of the first of pair i.
    """
    first, second = functional.normalize(ends, dim=1).chunk(2)
    similarity = first @ second.t() / temperature
    competing = torch.where(candidates, similarity, float("-inf"))
    return ((competing.logsumexp(1) + competing.logsumexp(0)) / 2 - similarity.diagonal()).mean()


def uniformity(vectors: Tensor, used: Tensor) -> Tensor:
    """How much directions crowd (Wang & Isola 2020): log mean exp(-2 |x - y|^2) over pairs of used rows of length one.

    From 0, all alike, to about -4, spread over the sphere. vectors: (rows, dim). used: bool (rows,), two at least.
    """
    unit = functional.normalize(vectors, dim=1)
    likeness = (unit @ unit.t()).sub_(1).mul_(4).exp_()  # |x - y|^2 = 2 - 2 x.y
    weight = used.to(vectors.dtype).unsqueeze(1)
    count = weight.sum()
    return (((likeness @ weight * weight).sum() - count) / (count * (count - 1))).log()


def third_powers(rows: Tensor, is_complex: bool) -> Tensor:
    """The sum of the third powers of the absolute values of each row, (rows,): the cube of its 3-norm.

    Added over the ends and the relation of an edge it is N3 (Lacroix et al. 2018), which keeps vectors as short, and
    the score tensor of as low a rank, as the edges allow. rows: (rows, dim). is_complex: a row holds the real parts
    of complex numbers, then the imaginary ones.
    """
    powers: Tensor = _ThirdPowers.apply(rows, is_complex)  # type: ignore[no-untyped-call]
    return powers


class _ThirdPowers(Function):
    """The gradient of |x|^3 is 3 |x| x, of complex numbers too: absolute values are all that backward needs."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, is_complex: bool) -> Tensor:
        if is_complex:
            real, imaginary = rows.chunk(2, dim=1)
            size = torch.hypot(real, imaginary)
        else:
            size = rows.abs()
        ctx.save_for_backward(rows, size)
        return size.pow(3).sum(1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        rows, size = ctx.saved_tensors
        factor = size * (3 * grads[0].unsqueeze(1))
        return rows * (factor if factor.size(1) == rows.size(1) else factor.repeat(1, 2)), None
