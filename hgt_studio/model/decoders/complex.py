"""ComplEx: DistMult over complex numbers, so that a relation and its inverse may score differently."""

import torch
from torch import Tensor, nn


def complex_product(first: Tensor, second: Tensor) -> Tensor:
    """Products of complex numbers whose real parts are the first half of a row. shape of all: (rows, dim)."""
    first_real, first_imaginary = first.chunk(2, dim=1)
    second_real, second_imaginary = second.chunk(2, dim=1)
    real = torch.addcmul(first_real * second_real, first_imaginary, second_imaginary, value=-1)
    imaginary = torch.addcmul(first_real * second_imaginary, first_imaginary, second_real)
    return torch.cat([real, imaginary], dim=1)


def pair_products(source: Tensor, destination: Tensor) -> list[Tensor]:
    """Products of the parts of two embeddings. Their dot product with `weights_of_products` is the score of ComplEx."""
    return [source * destination, source * destination.roll(destination.size(1) // 2, dims=1)]


def weights_of_products(real: Tensor, imaginary: Tensor) -> list[Tensor]:
    """Re<source, weight, conj(destination)> = sum of `pair_products` times these, one after the other."""
    return [real, real, imaginary, -imaginary]


def with_conjugates(real: Tensor, imaginary: Tensor) -> Tensor:
    """Rows for the questions about destinations, then their conjugates, for those about sources. (2 * rows, dim)."""
    return torch.cat([torch.cat([real, imaginary], dim=1), torch.cat([real, -imaginary], dim=1)])


class ComplExDecoder(nn.Module):
    """ComplEx (Trouillon et al. 2016): Re<source, weight, conj(destination)>, one weight vector for each triplet.

    Embeddings hold real parts, then imaginary parts. Asked for the source, the same score is the dot product with
    conj(weight) * destination. Offsets as in `DistMultDecoder`.
    """

    def __init__(self, num_triplets: int, dim: int) -> None:
        super().__init__()
        self.real = nn.Parameter(torch.ones(num_triplets, dim // 2))
        self.imaginary = nn.Parameter(torch.zeros(num_triplets, dim // 2))
        self.offset = nn.Parameter(torch.zeros(2 * num_triplets, dim))

    def relations(self) -> Tensor:
        """The weights. Returns (num_triplets, dim)."""
        return torch.cat([self.real, self.imaginary], dim=1)

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        weight = with_conjugates(self.real, self.imaginary).index_select(0, question)
        return complex_product(known, weight) + self.offset.index_select(0, question)

    def target(self, query: Tensor) -> Tensor:
        return query

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        return query @ candidates.t()

    def score_relations(self, source: Tensor, destination: Tensor) -> Tensor:
        offset = self.offset[: len(self.real)]
        rows = torch.cat([*pair_products(source, destination), destination], dim=1)
        return rows @ torch.cat([*weights_of_products(self.real, self.imaginary), offset], dim=1).t()
