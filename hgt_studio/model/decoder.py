"""Decoders: two embeddings and a relation become a score.

Every decoder turns a known end of an edge and a *question* into a query vector, so that scoring any number of
candidates for the missing end is one matrix product. Question t asks for the destination of an edge of triplet t,
question num_triplets + t for its source. Those that know relations also score all triplets between two known ends:
`score_relations`, from source and destination, (pairs, dim) each, to (pairs, num_triplets). `target` is where the
answer to a query would lie, whatever it is: the query but for what does not tell a place. shape of both: (batch, dim).
"""

from typing import Protocol

from torch import Tensor

from hgt_studio.config.architecture import DecoderName
from hgt_studio.model.decoders.complex import ComplExDecoder
from hgt_studio.model.decoders.distmult import DistMultDecoder
from hgt_studio.model.decoders.dot import DotDecoder
from hgt_studio.model.decoders.rotate import RotatEDecoder


class Decoder(Protocol):
    """What training and evaluation need of a decoder."""

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        """Queries for the missing ends. known: (batch, dim); question: int64 (batch,). Returns (batch, dim)."""
        ...

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Scores of all candidates, (batch, num_candidates). query: (batch, dim); candidates: (num_candidates, dim)."""
        ...


LearnedDecoder = DotDecoder | DistMultDecoder | ComplExDecoder | RotatEDecoder


def make_decoder(name: DecoderName, num_triplets: int, dim: int) -> LearnedDecoder:
    """The decoder that the configuration names."""
    match name:
        case "dot":
            return DotDecoder()
        case "distmult":
            return DistMultDecoder(num_triplets, dim)
        case "complex":
            return ComplExDecoder(num_triplets, dim)
        case "rotate":
            return RotatEDecoder(num_triplets, dim)
