"""Memory of the encoder's input, step by step (`model/node_input.py`)."""

from hgt_studio.memory.layer_memory import Gradients
from hgt_studio.memory.ledger import Block, Ledger
from hgt_studio.memory.network_sizes import NetworkSizes
from hgt_studio.sampling.shape import BatchShape


class InputMemory:
    """`NodeInput` in training: `forward`, then `backward`."""

    def __init__(self, ledger: Ledger, net: NetworkSizes, shape: BatchShape) -> None:
        self._net, self._account = net, ledger.account("input")
        self._rows, self._tiles = shape.nodes[-1], shape.nodes[-1] // shape.node_tile

    def forward(self) -> Block:
        """Returns the input of all rows."""
        net, account = self._net, self._account
        if net.learns_nodes:
            return account.floats(self._rows * net.hidden)
        picked = account.floats(self._tiles * net.hidden)
        x = account.floats(self._rows * net.hidden)
        account.free(picked)
        return x

    def backward(self, grad: Block, gradients: Gradients) -> None:
        """grad: of the input."""
        net, account = self._net, self._account
        if not net.learns_nodes:
            of_picked = account.floats(self._tiles * net.hidden)
            account.free(grad)
            of_vectors = gradients.account.floats(net.types * net.hidden)
            account.free(of_picked)
            gradients.add(of_vectors)
        else:
            account.free(grad)


def take_inputs_of_all_nodes(host: Ledger, net: NetworkSizes) -> list[Block]:
    """`NodeInput.of_all_nodes`: the table itself, or what is made on the host."""
    return [] if net.learns_nodes else [host.account("inference/input of all nodes").floats(net.nodes * net.hidden)]
