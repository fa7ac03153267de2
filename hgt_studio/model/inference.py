"""Exact layer-wise inference: every node, all its neighbours, in bounded device memory.

Layer by layer, keys and values of all nodes are computed once; then the destinations come chunk by chunk. A chunk
makes two passes over its edges in blocks: scores first (one number per edge and head), then, the softmax known, the
weighted values. So a node of any degree fits. The CPU reads keys and values where they lie, edge by edge.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.attention_kernels import attend
from hgt_studio.model.chunk_shape import InferencePlan
from hgt_studio.model.chunks import Chunk, destination_chunks
from hgt_studio.model.encoder import HGTEncoder
from hgt_studio.model.grouped import TypedRows, relation_product, works_on_slices
from hgt_studio.model.hgt_layer import HGTLayer
from hgt_studio.sampling.batch import TypeRun
from hgt_studio.typing import CancelToken, Progress, ProgressCallback


@torch.no_grad()
def embed_all_nodes(
    encoder: HGTEncoder,
    features: Tensor,
    graph: KnowledgeGraph,
    budget_bytes: int,
    *,
    cancel: CancelToken | None = None,
    progress: ProgressCallback | None = None,
) -> Tensor:
    """Embeddings of all nodes of a graph.

    Args:
        encoder: the trained encoder, on its device.
        features: (num_nodes, hidden), the encoder's input, on any device.
        graph: the edges that messages pass over.
        budget_bytes: device memory beside the model and `features`. What one node needs is always taken.

    Returns:
        float32 (num_nodes, embedding_dim) on the host.
    """
    encoder.eval()
    plan = InferencePlan.within(budget_bytes, features.size(1), graph.num_nodes, len(graph.triplets))
    device = encoder.project.weight.device
    x, done = features, 0
    for depth, (norm, layer) in enumerate(zip(encoder.norms, encoder.layers, strict=True)):
        assert isinstance(layer, HGTLayer)
        last = depth == len(encoder.layers) - 1
        width = encoder.project.out_features if last else x.size(1)
        key_value = _keys_and_values(layer, norm, x, graph, plan, device)
        out = torch.empty(graph.num_nodes, width)
        for chunk in destination_chunks(graph, plan.chunk):
            if cancel is not None:
                cancel.check()
            rows, typed = _rows_of(x, chunk.first, chunk.end, chunk.node_type, plan.chunk.rows, device)
            y = rows + _update(layer, norm(rows), rows, typed, key_value, chunk)
            out[chunk.first : chunk.end] = (encoder.output(y) if last else y)[: chunk.end - chunk.first].cpu()
            done += chunk.end - chunk.first
            if progress is not None:
                progress(Progress("embed", done, graph.num_nodes * len(encoder.layers), "nodes"))
        x = out
    return x


def _rows_of(
    x: Tensor, first: int, end: int, node_type: int, rows: int, device: torch.device
) -> tuple[Tensor, TypedRows]:
    """Rows first..end-1 of x on the device, padded to a static number, all of one type: a single tile.

    Where products work on slices, they leave the padding out.
    """
    padded = torch.zeros(rows, x.size(1), device=device)
    padded[: end - first] = x[first:end].to(device)
    runs = (TypeRun(0, node_type, 0, end - first),) if works_on_slices(device) else None
    return padded, TypedRows(torch.full((1,), node_type, device=device), rows, runs)


def _keys_and_values(
    layer: HGTLayer, norm: torch.nn.Module, x: Tensor, graph: KnowledgeGraph, plan: InferencePlan, device: torch.device
) -> Tensor:
    """Keys and values of all nodes where the plan keeps them. shape: (num_nodes, 2, hidden).

    The CPU reads both of a node together, accelerators gather keys alone and values alone: so they lie in memory.
    """
    where = device if plan.keep_on_device else torch.device("cpu")
    if works_on_slices(device):
        key_value = torch.empty(graph.num_nodes, 2, x.size(1))
    else:
        key_value = torch.empty(2, graph.num_nodes, x.size(1), device=where).transpose(0, 1)
    for node_type, first, end in _type_slices(graph, plan.chunk.rows):
        rows, typed = _rows_of(x, first, end, node_type, plan.chunk.rows, device)
        both = layer.keys_and_values(norm(rows), typed)[: end - first]
        key_value[first:end] = both.view(end - first, 2, -1)
    return key_value


def _type_slices(graph: KnowledgeGraph, rows: int) -> Iterator[tuple[int, int, int]]:
    for number in range(len(graph.node_types)):
        start, last = int(graph.type_ptr[number]), int(graph.type_ptr[number + 1])
        for first in range(start, last, rows):
            yield number, first, min(last, first + rows)


def _update(layer: HGTLayer, x: Tensor, kept: Tensor, typed: TypedRows, key_value: Tensor, chunk: Chunk) -> Tensor:
    """The layer's output for the rows of a chunk. x, kept: (shape.rows, hidden)."""
    device = x.device
    segment_destination, tile_triplet = chunk.segment_destination.to(device), chunk.tile_triplet.to(device)
    query = layer.segment_queries(layer.queries(x, typed), segment_destination, tile_triplet)
    if works_on_slices(device):
        by_head = query.view(query.size(0), layer.heads, -1), key_value.view(key_value.size(0), 2, layer.heads, -1)
        message = attend(*by_head, chunk.edges(), x.size(0))[0].flatten(1)
    else:
        message = _attend_in_blocks(query, key_value, chunk, layer.heads, x.size(0))
    message = relation_product(message, layer.value_relation, tile_triplet)
    return layer.update(torch.zeros_like(x).index_add_(0, segment_destination, message), kept, typed)


def _attend_in_blocks(query: Tensor, key_value: Tensor, chunk: Chunk, heads: int, rows: int) -> Tensor:
    """Attention-weighted sums of values, one for each segment, block of edges by block. shape: like query."""
    device, (keys, values) = query.device, key_value.unbind(1)
    source = chunk.source.to(keys.device)
    segment, destination = chunk.segment.to(device), chunk.destination.to(device)
    weight = torch.empty(destination.numel(), heads, device=device)
    for block, score in enumerate(torch.split(weight, chunk.source.size(1))):
        key = keys.index_select(0, source[block]).to(device)
        product = query.index_select(0, segment[block]).mul_(key)
        torch.sum(product.view(-1, heads, key.size(1) // heads), -1, out=score)
    _softmax_(weight, destination.view(-1), rows)
    message = torch.zeros_like(query)
    for block, share in enumerate(torch.split(weight, chunk.source.size(1))):
        value = values.index_select(0, source[block]).to(device)
        value.view(-1, heads, value.size(1) // heads).mul_(share.unsqueeze(-1))
        message.index_add_(0, segment[block], value)
    return message


def _softmax_(score: Tensor, destination: Tensor, rows: int) -> None:
    """Softmax over the edges of each destination, in place. score: (num_edges, heads)."""
    peak = score.new_full((rows, score.size(1)), float("-inf"))
    peak.scatter_reduce_(0, destination.unsqueeze(1).expand_as(score), score, "amax")
    score.sub_(peak.index_select(0, destination)).exp_()
    total = score.new_zeros(rows, score.size(1)).index_add_(0, destination, score)
    score.div_(total.index_select(0, destination))
