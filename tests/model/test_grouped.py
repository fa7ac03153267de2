"""Products with one weight per type or relation, against a loop over rows, and their gradients against differences."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hgt_studio.model.grouped import TypedRows, relation_product, typed_linear
from hgt_studio.sampling.batch import TypeRun

SLICES_AND_TILES = pytest.mark.parametrize("slices", [True, False], ids=["slices", "tiles"])


def typed_rows(tile: int, types: list[int], *, slices: bool) -> TypedRows:
    """Tiles of these types, and a last, unused tile."""
    runs = tuple(TypeRun(0, number, i * tile, (i + 1) * tile) for i, number in enumerate(types)) if slices else None
    return TypedRows(torch.tensor([*types, 0]), tile, runs)


def random(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator).requires_grad_()


@SLICES_AND_TILES
@settings(max_examples=20)
@given(tile=st.integers(1, 5), types=st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_typed_linear_is_a_linear_map_per_row(slices: bool, tile: int, types: list[int]) -> None:
    rows = typed_rows(tile, types, slices=slices)
    x, weight, bias = random((len(types) + 1) * tile, 3), random(4, 3, 2), random(4, 2)
    out = typed_linear(x, weight, bias, rows)
    for row in range(len(types) * tile):
        number = types[row // tile]
        torch.testing.assert_close(out[row], x[row] @ weight[number] + bias[number])


@SLICES_AND_TILES
def test_typed_linear_gradients(slices: bool) -> None:
    rows, used = typed_rows(2, [1, 3, 1], slices=slices), 6

    def used_rows(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return typed_linear(x, weight, bias, rows)[:used]

    assert torch.autograd.gradcheck(used_rows, (random(8, 3), random(4, 3, 2), random(4, 2)))


@settings(max_examples=20)
@given(tile=st.integers(1, 4), triplets=st.lists(st.integers(0, 2), min_size=1, max_size=5))
def test_relation_product_is_a_matrix_per_segment_and_head(tile: int, triplets: list[int]) -> None:
    heads, dim = 2, 3
    x, weight = random(len(triplets) * tile, heads * dim), random(3, heads, dim, dim)
    out = relation_product(x, weight, torch.tensor(triplets))
    for segment in range(len(x)):
        for head in range(heads):
            part = slice(head * dim, (head + 1) * dim)
            expected = x[segment, part] @ weight[triplets[segment // tile], head]
            torch.testing.assert_close(out[segment, part], expected)


def test_relation_product_gradients() -> None:
    tile_triplet = torch.tensor([2, 0, 2])

    def product(x: Tensor, weight: Tensor) -> Tensor:
        return relation_product(x, weight, tile_triplet)

    assert torch.autograd.gradcheck(product, (random(6, 4), random(3, 2, 2, 2)))
