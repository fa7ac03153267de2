"""The scores of PyKEEN's models as decoders of ours, so that one evaluation ranks all.

PyKEEN is trained on every edge in both directions, each direction a relation of its own (its "inverse triples"), so a
question for the source of an edge is a question for the destination of the edge's reverse.
"""

import torch
from torch import Tensor

from hgt_studio.model.decoders.complex import complex_product


class TranslationDecoder:
    """TransE: -|head + relation - tail|_p, and RotatE, where a rotation takes the place of the sum.

    relation: (num_triplets, dim). answer_relation: int64 (2 * num_triplets,), the relation whose tail a question is
    after. Complex numbers stand as real parts, then imaginary parts.
    """

    def __init__(self, relation: Tensor, answer_relation: Tensor, p: float, *, rotates: bool) -> None:
        self._relation, self._answer_relation, self._p, self._rotates = relation, answer_relation, p, rotates

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        relation = self._relation.index_select(0, self._answer_relation.index_select(0, question))
        return complex_product(known, relation) if self._rotates else known + relation

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        return -torch.cdist(query, candidates, self._p, compute_mode="donot_use_mm_for_euclid_dist")


class ProductDecoder:
    """DistMult, and ComplEx: Re<head, relation, conj(tail)>. Arguments as in `TranslationDecoder`."""

    def __init__(self, relation: Tensor, answer_relation: Tensor, *, is_complex: bool) -> None:
        self._relation, self._answer_relation, self._is_complex = relation, answer_relation, is_complex

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        relation = self._relation.index_select(0, self._answer_relation.index_select(0, question))
        return complex_product(known, relation) if self._is_complex else known * relation

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        return query @ candidates.t()
