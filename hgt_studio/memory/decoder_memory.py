"""Memory of the decoders in training: the query of each question, and its way back."""

from hgt_studio.memory.layer_memory import Gradients
from hgt_studio.memory.ledger import Account, Block
from hgt_studio.memory.network_sizes import NetworkSizes


class DecoderMemory:
    """What the decoder takes beside the scores: `query` forward; `of_root`, `of_score`, then `of_query` backward.

    account: takes the vectors. rows: candidates. questions: rows of the query. drops: whether numbers of them are.
    """

    def __init__(self, net: NetworkSizes, account: Account, rows: int, questions: int, *, drops: bool) -> None:
        self._net, self._account, self._rows, self._drops = net, account, rows, drops
        self._questions, self._size = questions, questions * net.embedding
        self._weights = net.triplets * net.embedding
        self._kept, self._whole = list[Block](), list[Block]()

    def query(self) -> None:
        """Known ends become queries; what backward needs is kept until `of_query`."""
        account, size = self._account, self._size
        self._kept = [account.floats(size)]
        if self._drops:
            self._whole, self._kept = self._kept, [account.bytes(size * self._net.dropout_value_bytes)]
            self._kept.append(account.floats(size))
        match self._net.decoder:
            case "distmult":
                weight, offset, query = (account.floats(size) for _ in range(3))
                account.free(offset)
                self._kept += [weight, query]
            case "complex" | "rotate":
                halves, table = account.floats(2 * self._weights), account.floats(2 * self._weights)
                account.free(halves)
                weight = account.floats(size)
                account.free(table)
                halves, product = account.floats(size), account.floats(size)
                account.free(halves)
                offset, query = account.floats(size), account.floats(size)
                account.free(product, offset)
                self._kept += [weight, query]
        if self._net.decoder == "rotate":
            self._kept += [account.floats(size), account.floats(self._rows * self._net.embedding)]  # but popularity

    def of_root(self, scores: Account, of_score: Block) -> Block:
        """Backward of the root, where the score is a distance. Returns the gradient of what the product gave.

        Known ends from which numbers were dropped are gone by then: the relation loss was their last use.
        """
        self._account.free(*self._whole)
        if self._net.decoder != "rotate":
            return of_score
        root, of_square = (scores.floats(self._questions * self._rows) for _ in range(2))
        scores.free(root, of_score)
        return of_square

    def of_score(self, scores: Account, of_score: Block) -> tuple[Block, Block]:
        """Backward of the score, up to the root. Returns the gradients of the candidates and of the query.

        Where the score is a distance they come from popularity first; lengths and places add to them.
        """
        account, sizes = self._account, (self._rows * self._net.embedding, self._size)
        of_candidates, of_query = (account.floats(size) for size in sizes)
        of_near = [(size, account.floats(size)) for size in sizes if self._net.decoder == "rotate"]
        scores.free(of_score)
        for size, _ in of_near:
            unit, of_length = account.floats(size), account.floats(size)
            account.free(unit, of_length)
        for size, gradient in of_near:
            account.free(gradient, account.floats(size))
        return of_candidates, of_query

    def of_query(self, of_query: Block, gradients: Gradients) -> Block:
        """Backward of `query`, and of the scores' product. Returns the gradient of the known ends."""
        account, size = self._account, self._size
        match self._net.decoder:
            case "dot":
                of_known = of_query
            case "distmult":
                of_known, of_weight = account.floats(size), account.floats(size)
                parameters = [gradients.account.floats(count * self._weights) for count in (1, 2)]
                account.free(of_query, of_weight)
                gradients.add(*parameters)
            case "complex" | "rotate":
                gradients.add(gradients.account.floats(2 * self._weights))
                halves_of_known, halves_of_weight, of_weight = (account.floats(size) for _ in range(3))
                account.free(of_query, halves_of_weight)
                table = account.floats(2 * self._weights)
                account.free(of_weight, table)
                gradients.add(gradients.account.floats(self._weights))
                of_known = account.floats(size)
                account.free(halves_of_known)
        if self._drops:
            dropped, of_known = of_known, account.floats(size)
            account.free(dropped)
        account.free(*self._kept)
        return of_known
