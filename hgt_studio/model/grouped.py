"""Matrix products with one weight per group, over rows that stand group by group on tiles.

Nothing here loops over tiles, relations or heads in Python. Each product is an autograd function that keeps only its
operands for backward: gathered weights and reordered rows are made again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from hgt_studio.sampling.batch import TypeRun

_tiles_only: ContextVar[bool] = ContextVar("tiles_only", default=False)


def works_on_slices(device: torch.device) -> bool:
    """Whether products by type take slices of the true lengths, as suits few cores, instead of static tiles."""
    return device.type == "cpu" and not _tiles_only.get()


@contextmanager
def tiles_on_every_device() -> Iterator[None]:
    """Let the CPU work as accelerators do, so that what they would be asked to do can be seen without one."""
    token = _tiles_only.set(True)
    try:
        yield
    finally:
        _tiles_only.reset(token)


@dataclass(frozen=True)
class TypedRows:
    """Rows of nodes and their types.

    tile_type: int64, shape (num_rows / tile,), the node type of each tile of rows.
    runs: the same on the host; where given, products work on slices of the true lengths.
    """

    tile_type: Tensor
    tile: int
    runs: Sequence[TypeRun] | None


def typed_linear(x: Tensor, weight: Tensor, bias: Tensor, rows: TypedRows) -> Tensor:
    """A linear map per node type: `x[i] @ weight[type of i] + bias[type of i]`.

    x: (num_rows, in). weight: (num_types, in, out). bias: (num_types, out). Returns (num_rows, out); rows outside all
    runs are zero where runs are given.
    """
    if rows.runs is not None:
        out: Tensor = _RunLinear.apply(x, weight, bias, rows)  # type: ignore[no-untyped-call]
    else:
        out = _TileLinear.apply(x, weight, bias, rows.tile_type)  # type: ignore[no-untyped-call]
    return out


def relation_product(x: Tensor, weight: Tensor, tile_triplet: Tensor) -> Tensor:
    """A matrix per relation and head: `x[i, h] @ weight[triplet of i, h]`.

    x: (num_segments, heads * dim). weight: (num_triplets, heads, dim, dim). tile_triplet: int64 (num_tiles,), the
    triplet of each tile of num_segments / num_tiles segments. Returns (num_segments, heads * dim).
    """
    out: Tensor = _RelationProduct.apply(x, weight, tile_triplet)  # type: ignore[no-untyped-call]
    return out


class _RunLinear(Function):
    """`typed_linear` by slices: one product for each run of rows."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, rows: TypedRows) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.rows = rows
        out = x.new_zeros(x.size(0), weight.size(2))
        weights, biases = weight.unbind(), bias.unbind()
        for run, piece, result in zip(_runs(rows), _pieces(x, rows), _pieces(out, rows), strict=True):
            torch.addmm(biases[run.node_type], piece, weights[run.node_type], out=result)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None]:
        x, weight = ctx.saved_tensors
        rows, (grad,) = ctx.rows, grads
        grad_x = _RunLinear._gradient_of_rows(grad, weight, rows) if ctx.needs_input_grad[0] else None
        grad_weight = torch.zeros_like(weight)
        grad_weights = grad_weight.unbind()
        pieces = zip(_pieces(grad, rows), _pieces(x.t(), rows, dim=1), strict=True)
        for run, (piece, x_piece) in zip(_runs(rows), pieces, strict=True):
            grad_weights[run.node_type].addmm_(x_piece, piece)
        per_tile = grad.view(rows.tile_type.size(0), -1, grad.size(1)).sum(1)
        grad_bias = grad.new_zeros(weight.size(0), weight.size(2)).index_add_(0, rows.tile_type, per_tile)
        return grad_x, grad_weight, grad_bias, None

    @staticmethod
    def _gradient_of_rows(grad: Tensor, weight: Tensor, rows: TypedRows) -> Tensor:
        grad_x, transposed = grad.new_zeros(grad.size(0), weight.size(1)), weight.transpose(1, 2).unbind()
        for run, piece, result in zip(_runs(rows), _pieces(grad, rows), _pieces(grad_x, rows), strict=True):
            torch.mm(piece, transposed[run.node_type], out=result)
        return grad_x


def _runs(rows: TypedRows) -> Sequence[TypeRun]:
    assert rows.runs is not None
    return rows.runs


def _pieces(x: Tensor, rows: TypedRows, dim: int = 0) -> Sequence[Tensor]:
    """Views of the runs, all in one call."""
    sizes, at = [], 0
    for _, _, first, end in _runs(rows):
        sizes += [first - at, end - first]
        at = end
    return torch.split_with_sizes(x, [*sizes, x.size(dim) - at], dim)[1::2]


class _TileLinear(Function):
    """`typed_linear` by tiles: one batched product over all tiles, static in shape."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, tile_type: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight, tile_type)
        tiles = x.view(tile_type.size(0), -1, x.size(1))
        gathered = weight.index_select(0, tile_type)
        return torch.baddbmm(bias.index_select(0, tile_type).unsqueeze(1), tiles, gathered).view(x.size(0), -1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None]:
        x, weight, tile_type = ctx.saved_tensors
        grad = grads[0].view(tile_type.size(0), -1, weight.size(2))
        tiles = x.view(tile_type.size(0), -1, x.size(1))
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = torch.bmm(grad, weight.index_select(0, tile_type).transpose(1, 2)).view_as(x)
        grad_weight = torch.zeros_like(weight).index_add_(0, tile_type, torch.bmm(tiles.transpose(1, 2), grad))
        grad_bias = grad.new_zeros(weight.size(0), weight.size(2)).index_add_(0, tile_type, grad.sum(1))
        return grad_x, grad_weight, grad_bias, None


class _RelationProduct(Function):
    """`relation_product` as one batched product over (tile, head)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, tile_triplet: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight, tile_triplet)
        gathered = weight.index_select(0, tile_triplet).flatten(0, 1)
        return _by_row(torch.bmm(_by_head(x, tile_triplet, weight), gathered), x, weight)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight, tile_triplet = ctx.saved_tensors
        grad = _by_head(grads[0], tile_triplet, weight)
        per_tile = torch.bmm(_by_head(x, tile_triplet, weight).transpose(1, 2), grad)
        grad_weight = torch.zeros_like(weight).index_add_(0, tile_triplet, per_tile.view(-1, *weight.shape[1:]))
        gathered = weight.index_select(0, tile_triplet).flatten(0, 1)
        return _by_row(torch.bmm(grad, gathered.transpose(1, 2)), x, weight), grad_weight, None


def _by_head(x: Tensor, tile_triplet: Tensor, weight: Tensor) -> Tensor:
    """(num_segments, heads * dim) -> (num_tiles * heads, tile, dim), contiguous."""
    _, heads, dim, _ = weight.shape
    return x.view(tile_triplet.size(0), -1, heads, dim).transpose(1, 2).flatten(0, 1)


def _by_row(x: Tensor, like: Tensor, weight: Tensor) -> Tensor:
    """(num_tiles * heads, tile, dim) -> (num_segments, heads * dim), contiguous."""
    _, heads, dim, _ = weight.shape
    return x.view(-1, heads, x.size(1), dim).transpose(1, 2).reshape(like.shape)
