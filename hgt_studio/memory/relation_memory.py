"""Memory of the relation loss in training: `score_relations` of the decoder, `relation_loss`, and the way back."""

from hgt_studio.memory.layer_memory import Gradients
from hgt_studio.memory.ledger import Block, Ledger
from hgt_studio.memory.network_sizes import NetworkSizes

_WIDTHS = {"distmult": 2, "complex": 3, "rotate": 4}  # what is multiplied by the relations, in embeddings


class RelationMemory:
    """`forward`, then `backward`. edges: supervision edges."""

    def __init__(self, ledger: Ledger, net: NetworkSizes, edges: int) -> None:
        self._ledger, self._net, self._account = ledger, net, ledger.account("relation loss")
        self._ends, self._matrix, self._width = edges * net.embedding, edges * net.triplets, _WIDTHS[net.decoder]
        self._relations = self._width * net.triplets * net.embedding
        self._kept: list[Block] = []

    def forward(self) -> None:
        """From the ends of the supervision edges to the loss."""
        account, free, net = self._account, self._ledger.free, self._net
        if net.decoder == "rotate":
            self._kept = [account.floats(self._ends) for _ in range(2)]  # but popularity
        turned = [account.floats(self._ends)] if net.moduli < net.embedding else []
        products = [account.floats(self._ends) for _ in range(1 + len(turned))]
        self._kept += [*turned, account.floats(self._width * self._ends), account.floats(self._relations)]
        free(*products)
        self._score = account.floats(self._matrix)
        if net.decoder == "rotate":
            squares, both = account.floats(self._ends), account.floats(self._ends)
            free(squares, both)
        self._kept += [account.bytes(self._matrix), account.floats(self._matrix)]
        shifted = account.floats(self._matrix)  # `logsumexp` subtracts the peak
        free(shifted)
        if net.decoder != "rotate":
            free(self._score)

    def backward(self, gradients: Gradients) -> Block:
        """Returns the gradient of the ends."""
        account, free, net = self._account, self._ledger.free, self._net
        shifted, exponential, of_competing = (account.floats(self._matrix) for _ in range(3))
        free(shifted, exponential)
        of_score, of_true = account.floats(self._matrix), account.floats(self._matrix)
        free(of_competing, of_true)
        of_squares = list[Block]()
        if net.decoder == "rotate":
            root, of_square = account.floats(self._matrix), account.floats(self._matrix)
            free(root, of_score, self._score)
            of_score, of_squares = of_square, [account.floats(self._ends) for _ in range(2)]
        of_rows, of_relations = account.floats(self._width * self._ends), account.floats(self._relations)
        free(of_score)
        gradients.add(gradients.account.floats(2 * net.triplets * net.embedding))
        of_each = [account.floats(self._ends) for _ in range(4 if net.moduli < net.embedding else 2)]
        free(of_rows, of_relations)
        of_ends = account.floats(2 * self._ends)
        free(*of_each, *of_squares, *self._kept)
        return of_ends
