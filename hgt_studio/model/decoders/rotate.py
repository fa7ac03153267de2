"""RotatE-like: every relation turns the source, and what lies near is the destination, the more so if it is popular."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional

from hgt_studio.model.decoders.complex import complex_product, pair_products, weights_of_products, with_conjugates

MARGIN = 6.0  # to begin with: of the margins that Sun et al. 2019 tried, the smallest
_LEAST_DISTANCE = 1e-3  # shorter ones are round-off


def popularity_columns(dim: int) -> Tensor:
    """Where the popularity stands in an embedding of that length: the real and the imaginary part. int64 (2,)."""
    return torch.tensor([dim // 2 - 1, dim - 1])


class RotatEDecoder(nn.Module):
    """After RotatE (Sun et al. 2019): margin - |source * rotation + offset - destination| + popularity.

    Embeddings hold real parts, then imaginary parts; a rotation is one angle for each complex number and triplet. One
    matrix product gives all distances, |q - c|^2 = |q|^2 + |c|^2 - 2 q.c. Asked for the source, the destination turns
    back. The margin is learned: losses that judge a score alone need one that suits the lengths of the embeddings; the
    softmax does not heed it.

    The last complex number is no part of the distance: it says how popular a node is, as a destination (real) and as a
    source (imaginary), whatever is asked. Distances between vectors of one length cannot say that. What a question
    makes of it stands at the same place in its offset; offsets else are as in `DistMultDecoder`.
    """

    near: Tensor
    last: Tensor

    def __init__(self, num_triplets: int, dim: int) -> None:
        super().__init__()
        self.angle = nn.Parameter(torch.zeros(num_triplets, dim // 2 - 1))
        self.offset = nn.Parameter(torch.zeros(2 * num_triplets, dim))
        self.margin = nn.Parameter(torch.tensor(MARGIN))
        self.register_buffer("last", popularity_columns(dim), persistent=False)
        self.register_buffer("near", torch.ones(dim).index_fill_(0, self.last, 0.0), persistent=False)
        with torch.no_grad():
            self.offset[:num_triplets, self.last[0]] = 1.0
            self.offset[num_triplets:, self.last[1]] = 1.0

    def relations(self) -> None:
        """It has no weights: rotations have length one."""

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        rotation = with_conjugates(*self._rotations()).index_select(0, question)
        return complex_product(known, rotation) + self.offset.index_select(0, question)

    def target(self, query: Tensor) -> Tensor:
        return query * self.near

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        near_query, near = query * self.near, candidates * self.near
        of_query, of_candidates = (torch.linalg.vector_norm(rows, dim=1).square() for rows in (near_query, near))
        square = torch.addmm(of_candidates, near_query, near.t(), alpha=-2).add_(of_query.unsqueeze(1))
        return self._scores(square, self._popularity(query), self._popularity(candidates))

    def score_relations(self, source: Tensor, destination: Tensor) -> Tensor:
        (cosine, sine), offset = self._rotations(), self.offset[: len(self.angle)]
        near_source, near, near_offset = source * self.near, destination * self.near, offset * self.near
        turned_back = complex_product(near_offset, torch.cat([cosine, -sine], dim=1))
        rows = torch.cat([*pair_products(near_source, near), near, near_source], dim=1)
        relations = torch.cat([*weights_of_products(cosine, sine), near_offset, -turned_back], dim=1)
        square = torch.addmm(near_offset.square().sum(1), rows, relations.t(), alpha=-2)
        of_ends = torch.addcmul(near_source.square(), near, near).sum(1, keepdim=True)
        return self._scores(square.add_(of_ends), self._popularity(destination), self._popularity(offset))

    def _rotations(self) -> tuple[Tensor, Tensor]:
        """Cosines and sines, (num_triplets, dim / 2) each; zeros where the popularity is."""
        return functional.pad(self.angle.cos(), (0, 1)), functional.pad(self.angle.sin(), (0, 1))

    def _popularity(self, rows: Tensor) -> Tensor:
        """The last complex number of each row. Returns (rows, 2)."""
        return rows.index_select(1, self.last)

    def _scores(self, square: Tensor, left: Tensor, right: Tensor) -> Tensor:
        scores: Tensor = _Scores.apply(square, self.margin, left, right)  # type: ignore[no-untyped-call]
        return scores


class _Scores(Function):
    """margin - sqrt(square) + left @ right^T in place of `square`, all that backward needs.

    square: (rows, columns). left: (rows, 2). right: (columns, 2). Distances below round-off count as that.
    """

    @staticmethod
    def forward(ctx: Any, square: Tensor, margin: Tensor, left: Tensor, right: Tensor) -> Tensor:
        scores = square.clamp_(min=_LEAST_DISTANCE**2).sqrt_().neg_().add_(margin).addmm_(left, right.t())
        ctx.mark_dirty(square)
        ctx.save_for_backward(scores, margin, left, right)
        return scores

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        scores, margin, left, right = ctx.saved_tensors
        less_twice_distance = torch.addmm(scores, left, right.t(), beta=2, alpha=-2).sub_(2 * margin)
        of_square = grads[0] / less_twice_distance.clamp_(max=-2 * _LEAST_DISTANCE)
        return of_square, grads[0].sum(), grads[0] @ right, grads[0].t() @ left
