"""Memory of one layer of the encoder in training, step by step, forward and backward.

The steps follow `HGTEncoder.forward`, `HGTLayer.forward` and `segment_attention`, and the order in which autograd
runs backward: from the node made last to the one made first. What an operation keeps for backward is freed once its
backward has run.
"""

from dataclasses import dataclass

from hgt_studio.memory.attention_memory import attention_backward, attention_forward
from hgt_studio.memory.ledger import Account, Block, Ledger
from hgt_studio.memory.network_sizes import NetworkSizes
from hgt_studio.memory.product_memory import linear_backward, linear_forward, relation_backward, relation_forward
from hgt_studio.sampling.shape import BatchShape


@dataclass(frozen=True)
class LayerSizes:
    """Lengths of one layer of a batch: rows read and computed, segments, edges."""

    number: int
    rows: int
    outputs: int
    segments: int
    edges: int
    node_tile: int
    segment_tile: int

    @classmethod
    def of(cls, shape: BatchShape, number: int) -> "LayerSizes":
        """The layer that runs as number 1, 2, ..."""
        blocks = shape.num_layers + 1 - number
        return cls(
            number, shape.nodes[blocks], shape.nodes[blocks - 1], shape.segments[blocks - 1], shape.edges[blocks - 1],
            shape.node_tile, shape.segment_tile,
        )  # fmt: skip

    @property
    def attention(self) -> tuple[int, int, int]:
        """Edges, segments, destinations."""
        return self.edges, self.segments, self.outputs


@dataclass(frozen=True)
class Gradients:
    """Gradients of the layer weights, which backward makes and adds to those that stay."""

    account: Account

    def add(self, *blocks: Block) -> None:
        """Take gradients that backward has made."""
        self.account.free(*blocks)


class LayerMemory:
    """One layer: `forward`, then `backward`. Blocks have the names of the tensors in the model's code."""

    def __init__(self, ledger: Ledger, net: NetworkSizes, layer: LayerSizes) -> None:
        self._ledger, self._net, self._layer = ledger, net, layer
        self._kept = ledger.account(f"layer {layer.number}/kept for backward")
        self._work = ledger.account(f"layer {layer.number}/working memory")

    def forward(self, x: Block, last_message: list[Block]) -> tuple[Block, Block]:
        """x: the input. last_message: of the layer before, which the encoder's loop variable still holds.

        Returns the output and this layer's message.
        """
        net, layer, kept, work, free = self._net, self._layer, self._kept, self._work, self._ledger.free
        outputs = layer.outputs * net.hidden
        self._x = x
        self._normed = [kept.floats(layer.rows * n) for n in (net.hidden, 1, 1)] if net.normalize else []
        self._key_value = linear_forward(kept, work, net, layer.rows, layer.node_tile, 2 * net.hidden)
        queries = linear_forward(work, work, net, layer.outputs, layer.node_tile, net.hidden)
        self._relation = kept.floats(net.relation_weights + net.triplets * net.heads)
        self._picked = kept.floats(layer.segments * net.hidden)
        self._query = relation_forward(kept, work, net, layer.segments, layer.segment_tile)
        free(queries)
        self._weight, self._message = attention_forward(kept, work, net, layer.attention)
        self._moved = relation_forward(kept, work, net, layer.segments, layer.segment_tile)
        zeros, self._summed = work.floats(outputs), kept.floats(outputs)
        free(zeros)
        self._activated = kept.floats(outputs)
        self._out = linear_forward(kept, work, net, layer.outputs, layer.node_tile, net.hidden)
        self._gate = kept.floats(layer.outputs // layer.node_tile + net.types)
        message, self._dropout = work.floats(outputs), list[Block]()
        if net.drops:
            gated, self._dropout = message, [kept.bytes(outputs * net.dropout_value_bytes)]
            message = work.floats(outputs)
            free(gated)
        free(*last_message)
        return kept.floats(outputs), message

    def backward(self, grad: Block, gradients: Gradients) -> Block:
        """grad: of the output. Returns the gradient of the input."""
        of_kept, of_moved = self._update_backward(grad, gradients)
        of_picked, of_key_value = self._messages_backward(of_moved, gradients)
        of_x = self._inputs_backward(of_picked, of_key_value, gradients)
        padded = self._work.floats(self._layer.rows * self._net.hidden)
        self._ledger.free(of_kept, padded)
        return of_x

    def _update_backward(self, grad: Block, gradients: Gradients) -> tuple[Block, Block]:
        """From the output back to the sum of messages. Returns the gradients of `kept` and of the messages."""
        net, layer, work, free = self._net, self._layer, self._work, self._ledger.free
        outputs = layer.outputs * net.hidden
        of_message = [work.floats(outputs)] if net.drops else []
        free(*self._dropout)
        through_gate, of_out, difference, of_gate = (work.floats(outputs) for _ in range(4))
        free(difference, of_gate, self._out, self._gate, *of_message)
        of_kept = work.floats(outputs)
        free(through_gate, grad)
        of_activated, *weights = linear_backward(
            work, gradients.account, net, layer.outputs, layer.node_tile, net.hidden
        )
        free(of_out, self._activated)
        gradients.add(*weights)
        of_summed = work.floats(outputs)
        free(of_activated, self._summed)
        of_moved = work.floats(layer.segments * net.hidden)
        free(of_summed, self._moved)
        return of_kept, of_moved

    def _messages_backward(self, of_moved: Block, gradients: Gradients) -> tuple[Block, Block]:
        """Back through both relation products. Returns the gradients of the picked queries, and of keys and values."""
        net, layer, work, free = self._net, self._layer, self._work, self._ledger.free
        of_message, value_relation = relation_backward(work, gradients.account, net, layer.segments, layer.segment_tile)
        free(of_moved, self._message)
        gradients.add(value_relation)
        of_query, of_key_value = attention_backward(work, net, layer.attention, layer.rows)
        free(of_message, self._query, self._key_value, self._weight)
        of_picked, self._of_relation = relation_backward(work, work, net, layer.segments, layer.segment_tile)
        free(of_query, self._picked)
        return of_picked, of_key_value

    def _inputs_backward(self, of_picked: Block, of_key_value: Block, gradients: Gradients) -> Block:
        """Through queries, keys and values, and the normalisation. Returns what reaches the input this way."""
        net, layer, work, free = self._net, self._layer, self._work, self._ledger.free
        parameters, inputs = gradients.account, layer.rows * net.hidden
        of_queries = work.floats(layer.outputs * net.hidden)
        free(of_picked)
        key_relation, of_scale = parameters.floats(net.relation_weights), work.floats(net.relation_weights)
        free(of_scale, self._of_relation, self._relation)
        gradients.add(key_relation)
        of_rows, *weights = linear_backward(work, parameters, net, layer.outputs, layer.node_tile, net.hidden)
        free(of_queries)
        gradients.add(*weights)
        of_normed, *weights = linear_backward(work, parameters, net, layer.rows, layer.node_tile, 2 * net.hidden)
        free(of_key_value)
        gradients.add(*weights)
        padded = work.floats(inputs)
        free(of_rows, padded)
        of_x = of_normed
        if net.normalize:
            of_x, norm_weights = work.floats(inputs), [parameters.floats(net.hidden) for _ in range(2)]
            free(of_normed, *self._normed)
            gradients.add(*norm_weights)
        free(self._x)
        return of_x
