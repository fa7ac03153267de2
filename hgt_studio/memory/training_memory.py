"""Memory of a training step: what is always there, and a batch forward and backward (`Trainer._accumulate`)."""

from hgt_studio.config import RunConfig
from hgt_studio.memory.input_memory import InputMemory
from hgt_studio.memory.layer_memory import Gradients, LayerMemory, LayerSizes
from hgt_studio.memory.ledger import Account, Block, Ledger, Peak
from hgt_studio.memory.loss_memory import LossMemory
from hgt_studio.memory.network_sizes import NetworkSizes
from hgt_studio.sampling.shape import BatchShape

CUBLAS_WORKSPACE_BYTES = 32 << 20  # since Hopper, for each thread that works on a GPU
_UPDATE_COUNT_BYTES = 4
_SMALL_TENSORS_BYTES = 1 << 16  # scalars, and vectors as long as the questions of a batch


def take_model(ledger: Ledger, net: NetworkSizes, threads: int) -> None:
    """What lives as long as a run: weights and AdamW's two moments (`make_optimiser`), work space of libraries.

    threads: that work on the device: one forward, one more backward.
    """
    tables = [4 * net.table] if net.learns_nodes else []
    layers = [4 * count for count in net.layer_parameters().values()]
    ledger.keep("node embeddings", tables)
    if net.features:
        ledger.keep("node features", [4 * net.features * count for count in (net.nodes, net.types, net.types)])
    ledger.keep("weights", layers)
    ledger.keep("optimiser state/node embeddings", [_UPDATE_COUNT_BYTES] * len(tables) + 2 * tables)
    ledger.keep("optimiser state/weights", [_UPDATE_COUNT_BYTES] * len(layers) + 2 * layers)
    ledger.keep("small tensors", [_SMALL_TENSORS_BYTES])
    if net.device_kind == "cuda":
        ledger.take("library workspace", threads * CUBLAS_WORKSPACE_BYTES)


def training_peak(config: RunConfig, net: NetworkSizes, shape: BatchShape) -> Peak:
    """The peak of all optimiser steps but the first, which has no more than they."""
    ledger = Ledger(net.device_kind)
    take_model(ledger, net, threads=2)
    ledger.keep("gradients/node embeddings", [4 * net.table])
    gradients = ledger.account("gradients/weights")
    ledger.keep(gradients.part, [4 * count for count in net.layer_parameters().values()])
    _batch(ledger, net, config, shape, Gradients(gradients))
    return ledger.peak()


def _batch(ledger: Ledger, net: NetworkSizes, config: RunConfig, shape: BatchShape, gradients: Gradients) -> None:
    """Forward and backward of one batch."""
    masks = _take_batch(ledger, net, shape)
    inputs = InputMemory(ledger, net, shape)
    x = inputs.forward()
    layers = [LayerMemory(ledger, net, LayerSizes.of(shape, number)) for number in range(1, net.layers + 1)]
    message = list[Block]()
    for layer in layers:
        x, made = layer.forward(x, message)
        message = [made]
    embeddings = ledger.account("embeddings of the seeds")
    raw = embeddings.floats(shape.nodes[0] * net.embedding) if layers else x
    ledger.free(*message)
    seeds = embeddings.floats(shape.nodes[0] * net.embedding) if net.fixes_length else raw
    losses = LossMemory(ledger, net, config, shape)
    losses.forward()
    grad = losses.backward(gradients)
    ledger.free(seeds, *masks)
    if net.fixes_length:
        grad = _length_backward(embeddings, raw, grad, shape.nodes[0] * net.embedding)
    if layers:
        of_seeds, grad = grad, embeddings.floats(shape.nodes[0] * net.hidden)
        weights = [gradients.account.floats(net.hidden * net.embedding), gradients.account.floats(net.embedding)]
        ledger.free(of_seeds, x)
        gradients.add(*weights)
    for layer in reversed(layers):
        grad = layer.backward(grad, gradients)
    inputs.backward(grad, gradients)


def _length_backward(embeddings: Account, raw: Block, of_scaled: Block, size: int) -> Block:
    """Backward of `to_length`. Returns the gradient of the rows before."""
    of_raw, of_factor = embeddings.floats(size), embeddings.floats(size)
    embeddings.free(of_factor, of_scaled)
    of_length = [embeddings.floats(size) for _ in range(2)]
    embeddings.free(*of_length, raw)
    return of_raw


def _take_batch(ledger: Ledger, net: NetworkSizes, shape: BatchShape) -> list[Block]:
    """`Batch.to`: int32 indices become int64. Returns the masks; on the CPU they stay where the sampler made them."""
    indices, masks = ledger.account("batch/indices"), list[Block]()
    if net.device_kind == "cpu":
        indices.indices(shape.num_indices)
        return masks
    copied = indices.bytes(4 * shape.num_indices)
    indices.indices(shape.num_indices)
    ledger.free(copied)
    return [ledger.account("batch/masks").bytes(shape.num_mask_values)]
