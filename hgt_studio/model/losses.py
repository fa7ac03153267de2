"""Losses of link prediction and of contrastive pairs.

Every link loss gets a matrix of scores, the column of the true answer of each row, and a mask of the columns that
compete: the answer and its negatives.
"""

import torch
from torch import Tensor
from torch.nn import functional

from hgt_studio.config.training import LinkLossName


def sampled_softmax(scores: Tensor, answer: Tensor, candidates: Tensor) -> Tensor:
    """Mean cross-entropy of the answer among the candidates; a row without negatives adds zero.

    scores: (rows, columns). answer: int64 (rows,). candidates: bool (rows, columns).
    """
    true = scores.gather(1, answer.unsqueeze(1)).squeeze(1)
    return (torch.where(candidates, scores, float("-inf")).logsumexp(1) - true).mean()


def binary_cross_entropy(scores: Tensor, answer: Tensor, candidates: Tensor) -> Tensor:
    """Mean over rows of the loss of the answer and the mean loss of its negatives. Shapes as in `sampled_softmax`."""
    true = scores.gather(1, answer.unsqueeze(1)).squeeze(1)
    negatives = candidates.to(scores.dtype).scatter(1, answer.unsqueeze(1), 0.0)
    false = (functional.softplus(scores) * negatives).sum(1) / negatives.sum(1).clamp(min=1.0)
    return (functional.softplus(-true) + false).mean() / 2


def link_loss(name: LinkLossName, scores: Tensor, answer: Tensor, candidates: Tensor) -> Tensor:
    """The link loss that the configuration names."""
    match name:
        case "sampled_softmax":
            return sampled_softmax(scores, answer, candidates)
        case "binary_cross_entropy":
            return binary_cross_entropy(scores, answer, candidates)


def info_nce(ends: Tensor, candidates: Tensor, temperature: float) -> Tensor:
    """InfoNCE over pairs (van den Oord et al. 2018), both ways round, with cosine similarity.

    ends: (2 * pairs, dim), the first of every pair, then the seconds. candidates: bool (pairs, pairs), true on the
    diagonal and where the second of pair j is no partner of the first of pair i.
    """
    first, second = functional.normalize(ends, dim=1).chunk(2)
    similarity = first @ second.t() / temperature
    competing = torch.where(candidates, similarity, float("-inf"))
    return ((competing.logsumexp(1) + competing.logsumexp(0)) / 2 - similarity.diagonal()).mean()
