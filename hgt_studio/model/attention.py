"""HGT's mutual attention over segments, forward and backward, keeping one weight per edge and head.

The softmax of a node runs over all its edges of all relations; what an edge contributes is gathered, used and
dropped, and gathered anew in backward, so that no tensor of (edges x hidden) outlives the call.
"""

from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.autograd import Function

from hgt_studio.model.attention_kernels import Edges, attend, attend_backward
from hgt_studio.model.grouped import works_on_slices


@dataclass(frozen=True)
class EdgeIndex:
    """Edges of one layer, int64, shape (num_edges,) each: source row, segment, destination row."""

    source: Tensor
    segment: Tensor
    destination: Tensor
    num_destinations: int

    def arrays(self) -> Edges:
        """The indices for kernels, where they are on the host."""
        return self.source.numpy(), self.segment.numpy(), self.destination.numpy()


def segment_attention(query: Tensor, key_value: Tensor, edges: EdgeIndex, heads: int) -> Tensor:
    """Attention-weighted sums of values, one for each segment.

    query: (num_segments, heads * dim), already transformed by the relation and scaled. key_value: (num_rows,
    2 * heads * dim), keys then values. Returns (num_segments, heads * dim): sum over the edges j of a segment of
    a_j v_j, where a is the softmax of query . key over all edges of the segment's destination.
    """
    function = _HostAttention if works_on_slices(query.device) else _SegmentAttention
    out: Tensor = function.apply(query, key_value, edges, heads)  # type: ignore[no-untyped-call]
    return out


class _HostAttention(Function):
    """By the kernels for the CPU."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key_value: Tensor, edges: EdgeIndex, heads: int) -> Tensor:
        by_head = query.view(query.size(0), heads, -1), key_value.view(key_value.size(0), 2, heads, -1)
        out, weight = attend(*by_head, edges.arrays(), edges.num_destinations)
        ctx.save_for_backward(*by_head, weight)
        ctx.edges = edges
        return out.view_as(query)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None, None]:
        query, key_value, weight = ctx.saved_tensors
        grad, edges = grads[0].contiguous().view_as(query), ctx.edges
        of_query, of_key_value = attend_backward(query, key_value, weight, grad, edges.arrays(), edges.num_destinations)
        return of_query.flatten(1), of_key_value.flatten(1), None, None


class _SegmentAttention(Function):
    """By operations that every accelerator has."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key_value: Tensor, edges: EdgeIndex, heads: int) -> Tensor:
        key, value = _per_edge(key_value, edges.source, heads).unbind(1)
        score = (query.index_select(0, edges.segment).view_as(key) * key).sum(-1)
        peak = score.new_full((edges.num_destinations, heads), float("-inf"))
        peak.scatter_reduce_(0, edges.destination.unsqueeze(1).expand_as(score), score, "amax")
        weight = (score - peak.index_select(0, edges.destination)).exp_()
        total = weight.new_zeros(edges.num_destinations, heads).index_add_(0, edges.destination, weight)
        weight /= total.index_select(0, edges.destination)
        ctx.save_for_backward(query, key_value, weight)
        ctx.edges = edges
        return query.new_zeros(query.shape).index_add_(0, edges.segment, (value * weight.unsqueeze(-1)).flatten(1))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None, None]:
        query, key_value, weight = ctx.saved_tensors
        edges: EdgeIndex = ctx.edges
        edge_key_value = _per_edge(key_value, edges.source, weight.size(1))
        key, value = edge_key_value.unbind(1)
        grad = grads[0].index_select(0, edges.segment).view_as(value)
        grad_weight = weight * (grad * value).sum(-1)
        total = weight.new_zeros(edges.num_destinations, weight.size(1)).index_add_(0, edges.destination, grad_weight)
        grad_score = (grad_weight - weight * total.index_select(0, edges.destination)).unsqueeze(-1)
        value.copy_(grad).mul_(weight.unsqueeze(-1))
        del grad  # the largest tensors come next
        grad_query = query.new_zeros(query.shape).index_add_(0, edges.segment, (key * grad_score).flatten(1))
        key.copy_(query.index_select(0, edges.segment).view_as(key)).mul_(grad_score)
        grad_key_value = key_value.new_zeros(key_value.shape).index_add_(0, edges.source, edge_key_value.flatten(1))
        return grad_query, grad_key_value, None, None


def _per_edge(key_value: Tensor, source: Tensor, heads: int) -> Tensor:
    """Keys and values of the edges' sources. shape: (num_edges, 2, heads, dim)."""
    return key_value.index_select(0, source).view(source.size(0), 2, heads, -1)
