"""DistMult: every relation weighs the dimensions."""

import torch
from torch import Tensor, nn


class DistMultDecoder(nn.Module):
    """DistMult (Yang et al. 2015): a weighted dot product, one weight vector for each triplet.

    The query has an offset for each question: it carries how popular the answers are, which else would be carried by
    a vector common to all nodes of a type, and make their embeddings alike.
    """

    def __init__(self, num_triplets: int, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_triplets, dim))
        self.offset = nn.Parameter(torch.zeros(2 * num_triplets, dim))

    def relations(self) -> Tensor:
        """The weights. Returns (num_triplets, dim)."""
        return self.weight

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        weight = self.weight.index_select(0, question % self.weight.size(0))
        return torch.addcmul(self.offset.index_select(0, question), known, weight)

    def target(self, query: Tensor) -> Tensor:
        return query

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        return query @ candidates.t()

    def score_relations(self, source: Tensor, destination: Tensor) -> Tensor:
        offset = self.offset[: len(self.weight)]
        rows = torch.cat([source * destination, destination], dim=1)
        return rows @ torch.cat([self.weight, offset], dim=1).t()
