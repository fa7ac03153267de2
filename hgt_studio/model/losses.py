"""Losses: of link prediction, of contrastive pairs, and of how the embeddings lie in their space.

Every link loss gets a matrix of scores, the column of the true answer of each row, and a mask of the columns that
compete: the answer and its negatives.
"""

import torch
from torch import Tensor
from torch.nn import functional

from hgt_studio.config import TrainingConfig


def sampled_softmax(scores: Tensor, answer: Tensor, candidates: Tensor, smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy of the answer among the candidates; a row without negatives adds zero.

    scores: (rows, columns). answer: int64 (rows,). candidates: bool (rows, columns).
    smoothing: the share of the target that is spread over all candidates (Szegedy et al. 2016).
    """
    target = _at(answer, scores)
    if smoothing:
        mean = torch.where(candidates, scores, 0.0).sum(1) / candidates.sum(1, dtype=scores.dtype)
        target = torch.lerp(target, mean, smoothing)
    return (torch.where(candidates, scores, float("-inf")).logsumexp(1) - target).mean()


def binary_cross_entropy(scores: Tensor, answer: Tensor, candidates: Tensor, smoothing: float = 0.0) -> Tensor:
    """Mean over rows of the loss of the answer and the mean loss of its negatives. Shapes as in `sampled_softmax`.

    smoothing: moves the targets 1 and 0 so far towards each other that they meet at 1.
    """
    weight = _negatives(scores, answer, candidates)
    weight.div_(weight.sum(1, keepdim=True).clamp_(min=1.0))
    return _binary_loss(scores, answer, weight, smoothing)


def self_adversarial(
    scores: Tensor, answer: Tensor, candidates: Tensor, temperature: float, smoothing: float = 0.0
) -> Tensor:
    """Binary cross-entropy that heeds hard negatives more (Sun et al. 2019, equations 4 and 5).

    A negative's weight is the softmax of score / temperature among the negatives of its row, constant to the gradient.
    """
    return _binary_loss(scores, answer, _hardness(scores.detach(), answer, candidates, temperature), smoothing)


def _hardness(scores: Tensor, answer: Tensor, candidates: Tensor, temperature: float) -> Tensor:
    """The softmax of the scores over the negatives of each row; zero elsewhere. shape: (rows, columns)."""
    negatives = _negatives(scores, answer, candidates)
    lowest = torch.finfo(scores.dtype).min  # not -inf, which makes NaN of rows without negatives
    return torch.where(negatives > 0, scores / temperature, lowest).softmax(1).mul_(negatives)


def _binary_loss(scores: Tensor, answer: Tensor, weight: Tensor, smoothing: float) -> Tensor:
    """-t log p - (1 - t) log(1 - p) = softplus(s) - t s, of answers and negatives. weight: of the negatives, else 0."""
    true = _at(answer, scores)
    loss = functional.softplus(-true) + (functional.softplus(scores) * weight).sum(1)
    if smoothing:
        loss = loss + smoothing / 2 * (true - (scores * weight).sum(1))
    return loss.mean() / 2


def _at(answer: Tensor, scores: Tensor) -> Tensor:
    """The score of each row's answer. shape: (rows,)."""
    return scores.gather(1, answer.unsqueeze(1)).squeeze(1)


def _negatives(scores: Tensor, answer: Tensor, candidates: Tensor) -> Tensor:
    """1 where a candidate is not the answer, else 0; of the scores' dtype, shape (rows, columns)."""
    return candidates.to(scores.dtype).scatter(1, answer.unsqueeze(1), 0.0)


def link_loss(settings: TrainingConfig, scores: Tensor, answer: Tensor, candidates: Tensor) -> Tensor:
    """The link loss that the configuration names."""
    smoothing = settings.label_smoothing
    match settings.link_loss:
        case "sampled_softmax":
            return sampled_softmax(scores, answer, candidates, smoothing)
        case "binary_cross_entropy":
            return binary_cross_entropy(scores, answer, candidates, smoothing)
        case "self_adversarial":
            return self_adversarial(scores, answer, candidates, settings.adversarial_temperature, smoothing)


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
