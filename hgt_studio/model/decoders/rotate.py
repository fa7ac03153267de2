"""RotatE-like: every relation turns the source, and what lies near is the destination."""

import torch
from torch import Tensor, nn

from hgt_studio.model.decoders.complex import complex_product, with_conjugates

MARGIN = 6.0  # of the margins that Sun et al. 2019 tried, the smallest; without one no score would be above zero


class RotatEDecoder(nn.Module):
    """After RotatE (Sun et al. 2019): margin - |source * rotation + offset - destination|^2.

    Embeddings hold real parts, then imaginary parts; a rotation is one angle for each complex number and triplet. The
    square lets one matrix product give all distances, |q|^2 + |c|^2 - 2 q.c. Asked for the source, the destination
    turns back. Offsets as in `DistMultDecoder`.
    """

    def __init__(self, num_triplets: int, dim: int) -> None:
        super().__init__()
        self.angle = nn.Parameter(torch.zeros(num_triplets, dim // 2))
        self.offset = nn.Parameter(torch.zeros(2 * num_triplets, dim))

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        rotation = with_conjugates(self.angle.cos(), self.angle.sin()).index_select(0, question)
        return complex_product(known, rotation) + self.offset.index_select(0, question)

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        of_query, of_candidates = (torch.linalg.vector_norm(rows, dim=1).square() for rows in (query, candidates))
        return torch.addmm(MARGIN - of_candidates, query, candidates.t(), alpha=2).sub_(of_query.unsqueeze(1))
