"""The table of learned node embeddings: most of the parameters, a few of its rows per batch.

The gradient of the rows of a batch is added straight into the table's one gradient buffer. The usual way, autograd's
`index_select`, would make a zero table for every batch and add it to the last one.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function


class NodeEmbedding(nn.Module):
    """One vector for each node. `weight`: (num_nodes, dim)."""

    def __init__(self, num_nodes: int, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_nodes, dim).normal_(std=dim**-0.5))

    def forward(self, node_ids: Tensor) -> Tensor:
        """node_ids: int64 (num_rows,), repeats allowed. Returns (num_rows, dim); backward adds to `weight.grad`."""
        if torch.is_grad_enabled() and self.weight.grad is None:
            self.weight.grad = torch.zeros_like(self.weight)
        rows: Tensor = _Rows.apply(self.weight, node_ids)  # type: ignore[no-untyped-call]
        return rows


class _Rows(Function):
    @staticmethod
    def forward(ctx: Any, weight: Tensor, node_ids: Tensor) -> Tensor:
        ctx.save_for_backward(node_ids)
        ctx.weight = weight
        return weight.index_select(0, node_ids)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[None, None]:
        (node_ids,) = ctx.saved_tensors
        ctx.weight.grad.index_add_(0, node_ids, grads[0])
        return None, None
