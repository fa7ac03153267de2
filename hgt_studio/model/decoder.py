"""Decoders: two embeddings and a relation become a score.

Every decoder turns a known end of an edge and a *question* into a query vector, so that scoring any number of
candidates for the missing end is one matrix product. Question t asks for the destination of an edge of triplet t,
question num_triplets + t for its source.
"""

from typing import Protocol

import torch
from torch import Tensor, nn

from hgt_studio.config.architecture import DecoderName


class Decoder(Protocol):
    """What training and evaluation need of a decoder."""

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        """Queries for the missing ends. known: (batch, dim); question: int64 (batch,). Returns (batch, dim)."""
        ...

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Scores of all candidates, (batch, num_candidates). query: (batch, dim); candidates: (num_candidates, dim)."""
        ...


class DotDecoder(nn.Module):
    """The dot product of the two embeddings, whatever the relation."""

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        return known

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        return query @ candidates.t()


class DistMultDecoder(nn.Module):
    """DistMult (Yang et al. 2015): a weighted dot product, one weight vector for each triplet.

    The query has an offset for each question: it carries how popular the answers are, which else would be carried by
    a vector common to all nodes of a type, and make their embeddings alike.
    """

    def __init__(self, num_triplets: int, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((num_triplets, dim), dim**-0.5))
        self.offset = nn.Parameter(torch.zeros(2 * num_triplets, dim))

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        weight = self.weight.index_select(0, question % self.weight.size(0))
        return torch.addcmul(self.offset.index_select(0, question), known, weight)

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        return query @ candidates.t()


def make_decoder(name: DecoderName, num_triplets: int, dim: int) -> DotDecoder | DistMultDecoder:
    """The decoder that the configuration names."""
    match name:
        case "dot":
            return DotDecoder()
        case "distmult":
            return DistMultDecoder(num_triplets, dim)
