"""Memory of decoder and losses in training, step by step: `HGTNetwork.forward` after the encoder, and its backward."""

from hgt_studio.config import RunConfig
from hgt_studio.memory.decoder_memory import DecoderMemory
from hgt_studio.memory.layer_memory import Gradients
from hgt_studio.memory.ledger import Account, Block, Ledger
from hgt_studio.memory.network_sizes import NetworkSizes
from hgt_studio.memory.relation_memory import RelationMemory
from hgt_studio.sampling.shape import BatchShape


class LossMemory:
    """All losses, the contrastive one where the shape has pairs: `forward`, then `backward`."""

    def __init__(self, ledger: Ledger, net: NetworkSizes, config: RunConfig, shape: BatchShape) -> None:
        self._ledger, self._net = ledger, net
        self._loss, self._smooths = config.training.link_loss, config.training.label_smoothing > 0
        self._rows, self._questions, self._pairs = shape.nodes[0], 2 * shape.positives, shape.pairs
        self._scores = ledger.account("decoder and negatives/scores")
        self._vectors = ledger.account("decoder and negatives/queries")
        drops = config.training.query_dropout > 0
        self._decoder = DecoderMemory(net, self._vectors, self._rows, self._questions, drops=drops)
        self._relation = None
        if config.training.relation_weight and net.decoder != "dot":
            self._relation = RelationMemory(ledger, net, shape.positives)
        self._shrinks, self._shrink = config.training.n3_weight > 0, ledger.account("N3")
        self._spreads, self._spread = config.training.uniformity_weight > 0, ledger.account("uniformity")
        self._contrastive = ledger.account("contrastive block")

    def forward(self) -> None:
        """From the embeddings of the seed rows to the loss."""
        self._candidates = self._scores.bytes(self._questions * self._rows)
        self._link_forward()
        if self._relation:
            self._relation.forward()
        if self._shrinks:
            self._n3_forward()
        if self._spreads:
            self._uniformity_forward()
        if self._pairs:
            self._contrastive_forward()
        self._ledger.free(self._candidates)

    def backward(self, gradients: Gradients) -> Block:
        """Returns the gradient of the embeddings of the seed rows; the later losses come first, the others add."""
        of_seeds = []
        if self._pairs:
            of_seeds.append(self._contrastive_backward())
        if self._spreads:
            of_seeds.append(self._uniformity_backward())
        if self._shrinks:
            of_seeds.append(self._n3_backward(gradients))
        of_known = [self._relation.backward(gradients)] if self._relation else []
        of_seeds.append(self._link_backward(gradients, of_known))
        self._ledger.free(*of_seeds[1:])
        return of_seeds[0]

    def _link_forward(self) -> None:
        scores, free, matrix = self._scores, self._ledger.free, self._questions * self._rows
        self._indices = self._vectors.indices(3 * self._questions)
        self._decoder.query()
        self._score = scores.floats(matrix)
        count, log_count = scores.floats(self._rows), scores.floats(self._rows)
        free(count)
        if self._loss == "sampled_softmax":
            log_weight, self._smoothing = scores.floats(matrix), list[Block]()
            if self._smooths:
                self._smoothing = [scores.floats(matrix)]  # shares of the candidates
                free(scores.floats(matrix))
            self._weight = scores.floats(matrix)
            shifted = scores.floats(matrix)  # `logsumexp` subtracts the peak
            free(shifted, log_weight, log_count)
            return
        log_weight = scores.floats(matrix)
        idle, self._weight = scores.bytes(matrix), scores.floats(matrix)
        free(idle, log_weight)
        softplus, product = scores.floats(matrix), scores.floats(matrix)
        free(softplus, product, log_count)

    def _link_backward(self, gradients: Gradients, more_of_known: list[Block]) -> Block:
        """Returns the gradient of the seed rows. more_of_known: that of the ends, from the relation loss."""
        vectors, scores, free = self._vectors, self._scores, self._ledger.free
        matrix = self._questions * self._rows
        if self._loss == "sampled_softmax":
            shifted, exponential, of_score = (scores.floats(matrix) for _ in range(3))
            free(shifted, exponential, self._weight)
            if self._smooths:
                of_smoothing = [scores.floats(matrix)]
                free(*of_smoothing, *self._smoothing)
        else:
            of_smoothing = [scores.floats(matrix)] if self._smooths else []
            of_softplus = scores.floats(matrix)
            free(self._weight)
            of_score = scores.floats(matrix)
            free(of_softplus, *of_smoothing)
        of_true = scores.floats(matrix)
        free(of_true)
        of_score = self._decoder.of_root(scores, of_score)
        free(self._score)
        of_seeds, of_query = self._decoder.of_score(scores, of_score)
        of_known = self._decoder.of_query(of_query, gradients)
        of_known_rows = vectors.floats(self._rows * self._net.embedding)
        free(of_known, *more_of_known, of_known_rows, self._indices)
        return of_seeds

    def _n3_forward(self) -> None:
        """`third_powers` of seeds, then of the decoder's weights: absolute values stay, and how often each counts."""
        part, free, net = self._shrink, self._ledger.free, self._net
        self._of_seeds, self._sizes_of_seeds = part.floats(self._rows), part.floats(self._rows * net.moduli)
        free(part.floats(self._rows * net.moduli))
        self._of_weights = [part.floats(net.triplets * net.embedding)] if net.decoder == "complex" else []
        if net.decoder in ("complex", "distmult"):
            self._of_weights += [part.floats(net.triplets * net.moduli), part.floats(net.triplets)]
            free(part.floats(net.triplets * net.moduli))

    def _n3_backward(self, gradients: Gradients) -> Block:
        """Returns the gradient of the seed rows; that of the decoder's weights comes first."""
        part, free, net = self._shrink, self._ledger.free, self._net
        if self._of_weights:
            of_weights = self._powers_backward(part, net.triplets)
            free(*self._of_weights)
            gradients.add(gradients.account.floats(net.triplets * net.embedding))
            free(of_weights)
        of_seeds = self._powers_backward(self._vectors, self._rows)
        free(self._of_seeds, self._sizes_of_seeds)
        return of_seeds

    def _powers_backward(self, account: Account, rows: int) -> Block:
        """Backward of `third_powers`. Returns the gradient of its rows."""
        part, net = self._shrink, self._net
        factors = [part.floats(rows * net.moduli)]
        if net.moduli < net.embedding:
            factors.append(part.floats(rows * net.embedding))
        of_rows = account.floats(rows * net.embedding)
        self._ledger.free(*factors)
        return of_rows

    def _uniformity_forward(self) -> None:
        """`uniformity`: unit vectors, then how like each is to each other."""
        part = self._spread
        self._likeness = [part.floats(self._rows * self._net.embedding), part.floats(self._rows**2)]

    def _uniformity_backward(self) -> Block:
        """Returns the gradient of the seed rows; that of their lengths takes three steps."""
        part, free, vectors = self._spread, self._ledger.free, self._rows * self._net.embedding
        unit, likeness = self._likeness
        of_likeness, of_exponent = part.floats(self._rows**2), part.floats(self._rows**2)
        free(of_likeness, likeness)
        of_cosine = part.floats(self._rows**2)
        free(of_exponent)
        of_unit, more_of_unit = part.floats(vectors), part.floats(vectors)
        free(of_cosine, more_of_unit, unit)
        of_seeds, of_lengths = self._vectors.floats(vectors), [part.floats(vectors) for _ in range(3)]
        free(*of_lengths, of_unit)
        return of_seeds

    def _contrastive_forward(self) -> None:
        """`info_nce`: ends, unit vectors, similarities; the similarities again without what does not compete."""
        part, ends, matrix = self._contrastive, 2 * self._pairs * self._net.embedding, self._pairs**2
        self._ends = [part.floats(ends), part.floats(ends), part.floats(4 * self._pairs), part.indices(2 * self._pairs)]
        product, self._similarity = part.floats(matrix), part.floats(matrix)
        self._ledger.free(product)
        self._competing, shifted = part.floats(matrix), part.floats(matrix)
        self._ledger.free(shifted)

    def _contrastive_backward(self) -> Block:
        """Returns the gradient of the seed rows."""
        part, free, matrix = self._contrastive, self._ledger.free, self._pairs**2
        ends = 2 * self._pairs * self._net.embedding
        of_competing, shifted, exponential, more = (part.floats(matrix) for _ in range(4))
        free(shifted, exponential, more, self._competing)
        of_similarity, of_diagonal = part.floats(matrix), part.floats(matrix)
        free(of_competing, of_diagonal)
        of_unit, of_ends, more_of_ends = (part.floats(ends) for _ in range(3))
        free(of_similarity, self._similarity, of_unit, more_of_ends)
        of_seeds = self._vectors.floats(self._rows * self._net.embedding)
        free(of_ends, *self._ends)
        return of_seeds
