"""RotatE-like: every relation turns the source, and what lies near is the destination."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

from hgt_studio.model.decoders.complex import complex_product, pair_products, weights_of_products, with_conjugates

MARGIN = 6.0  # to begin with: of the margins that Sun et al. 2019 tried, the smallest
_LEAST_SQUARE = 1e-6  # squared distances below are round-off


class RotatEDecoder(nn.Module):
    """After RotatE (Sun et al. 2019): margin - |source * rotation + offset - destination|.

    Embeddings hold real parts, then imaginary parts; a rotation is one angle for each complex number and triplet. One
    matrix product gives all distances, |q - c|^2 = |q|^2 + |c|^2 - 2 q.c. Asked for the source, the destination turns
    back. Offsets as in `DistMultDecoder`. The margin is learned: losses that judge a score alone need one that suits
    the lengths of the embeddings; the softmax does not heed it.
    """

    def __init__(self, num_triplets: int, dim: int) -> None:
        super().__init__()
        self.angle = nn.Parameter(torch.zeros(num_triplets, dim // 2))
        self.offset = nn.Parameter(torch.zeros(2 * num_triplets, dim))
        self.margin = nn.Parameter(torch.tensor(MARGIN))

    def relations(self) -> None:
        """It has no weights: rotations have length one."""

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        rotation = with_conjugates(self.angle.cos(), self.angle.sin()).index_select(0, question)
        return complex_product(known, rotation) + self.offset.index_select(0, question)

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        of_query, of_candidates = (torch.linalg.vector_norm(rows, dim=1).square() for rows in (query, candidates))
        square = torch.addmm(of_candidates, query, candidates.t(), alpha=-2).add_(of_query.unsqueeze(1))
        return self._of_square(square)

    def score_relations(self, source: Tensor, destination: Tensor) -> Tensor:
        cosine, sine, offset = self.angle.cos(), self.angle.sin(), self.offset[: len(self.angle)]
        turned_back = complex_product(offset, torch.cat([cosine, -sine], dim=1))
        rows = torch.cat([*pair_products(source, destination), destination, source], dim=1)
        relations = torch.cat([*weights_of_products(cosine, sine), offset, -turned_back], dim=1)
        square = torch.addmm(offset.square().sum(1), rows, relations.t(), alpha=-2)
        of_ends = torch.addcmul(source.square(), destination, destination).sum(1, keepdim=True)
        return self._of_square(square.add_(of_ends))

    def _of_square(self, square: Tensor) -> Tensor:
        scores: Tensor = _Scores.apply(square, self.margin)  # type: ignore[no-untyped-call]
        return scores


class _Scores(Function):
    """margin - sqrt(square) in place of `square`, all that backward needs. Squares below round-off count as that."""

    @staticmethod
    def forward(ctx: Any, square: Tensor, margin: Tensor) -> Tensor:
        scores = square.clamp_(min=_LEAST_SQUARE).sqrt_().neg_().add_(margin)
        ctx.mark_dirty(square)
        ctx.save_for_backward(scores, margin)
        return scores

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor]:
        scores, margin = ctx.saved_tensors
        return grads[0] / (scores - margin).mul_(2), grads[0].sum()
