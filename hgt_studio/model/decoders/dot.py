"""The dot product, which asks nothing of the relation."""

from torch import Tensor, nn


class DotDecoder(nn.Module):
    """The dot product of the two embeddings, whatever the relation."""

    def relations(self) -> None:
        """It has none."""

    def query(self, known: Tensor, question: Tensor) -> Tensor:
        return known

    def target(self, query: Tensor) -> Tensor:
        return query

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        return query @ candidates.t()
