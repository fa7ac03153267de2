"""Rows of the table of learned node embeddings, a few of which are in a batch.

The gradient of the rows of a batch is added straight into the table's one gradient buffer. The usual way, autograd's
`index_select`, would make a zero table for every batch and add it to the last one.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


def select_rows(table: Tensor, node_ids: Tensor) -> Tensor:
    """table: (num_nodes, dim), a leaf. node_ids: int64 (num_rows,), repeats allowed. Returns (num_rows, dim).

    Backward adds to `table.grad`, which is made here where there is none.
    """
    if torch.is_grad_enabled() and table.grad is None:
        table.grad = torch.zeros_like(table)
    rows: Tensor = _Rows.apply(table, node_ids)  # type: ignore[no-untyped-call]
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
