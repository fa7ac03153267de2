"""Memory of the encoder's input, step by step (`model/node_input.py`)."""

from hgt_studio.memory.layer_memory import Gradients
from hgt_studio.memory.ledger import Block, Ledger
from hgt_studio.memory.network_sizes import NetworkSizes
from hgt_studio.model.chunk_shape import INPUT_ROWS
from hgt_studio.sampling.shape import BatchShape


class InputMemory:
    """`NodeInput` in training: `forward`, then `backward`."""

    def __init__(self, ledger: Ledger, net: NetworkSizes, shape: BatchShape) -> None:
        self._net, self._account = net, ledger.account("input")
        self._rows, self._tiles = shape.nodes[-1], shape.nodes[-1] // shape.node_tile
        self._features, self._dropped = list[Block](), list[Block]()

    def forward(self) -> Block:
        """Returns the input of all rows."""
        net, account = self._net, self._account
        of_type = [self._of_type()] if net.has_type_vectors else []
        own = [account.floats(self._rows * net.hidden)] if net.learns_nodes else []
        if net.drops_nodes:
            self._dropped = [account.bytes(self._rows)]
            whole, own = own, [account.floats(self._rows * net.hidden)]
            account.free(*whole)
        if not (of_type and own):
            return (of_type + own)[0]
        x = account.floats(self._rows * net.hidden)
        account.free(*of_type, *own)
        return x

    def _of_type(self) -> Block:
        net, account, size = self._net, self._account, self._rows * self._net.hidden
        if net.features:
            self._features = [account.floats(self._rows * net.features)]
            gathered = self._on_tiles(net.features * net.hidden, net.hidden)
            out = account.floats(size)
        else:
            gathered = [account.floats(self._tiles * net.hidden)]
            out = account.floats(size)
        account.free(*gathered)
        return out

    def backward(self, grad: Block, gradients: Gradients) -> None:
        """grad: of the input."""
        net, account = self._net, self._account
        if net.drops_nodes:
            account.free(account.floats(self._rows * net.hidden), *self._dropped)
        if net.features:
            weights = [gradients.account.floats(net.types * net.features * net.hidden)]
            account.free(*self._on_tiles(net.features * net.hidden))
            weights.append(gradients.account.floats(net.types * net.hidden))
            account.free(account.floats(self._tiles * net.hidden), grad, *self._features)
            gradients.add(*weights)
        elif net.has_type_vectors:
            of_picked = account.floats(self._tiles * net.hidden)
            account.free(grad)
            gradients.add(gradients.account.floats(net.types * net.hidden))
            account.free(of_picked)
        else:
            account.free(grad)

    def _on_tiles(self, *sizes: int) -> list[Block]:
        """Tensors of such sizes for each tile, where products work on tiles."""
        return [self._account.floats(self._tiles * size) for size in sizes] if self._net.on_tiles else []


def take_inputs_of_all_nodes(device: Ledger, host: Ledger, net: NetworkSizes) -> list[Block]:
    """`NodeInput.of_all_nodes`: the table itself, or what is made on the host, block by block."""
    if not net.has_type_vectors:
        return []
    out = host.account("inference/input of all nodes").floats(net.nodes * net.hidden)
    chunk, size = device.account("inference/chunk"), min(INPUT_ROWS, net.nodes) * net.hidden
    device.free(*[chunk.floats(size) for present in (net.features, net.learns_nodes) if present])
    return [out]
