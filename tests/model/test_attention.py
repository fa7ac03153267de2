"""Attention over segments against a loop over nodes and heads, and its gradients against differences."""

import math
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hgt_studio.model.attention import EdgeIndex, segment_attention
from hgt_studio.model.grouped import tiles_on_every_device

KERNELS_AND_OPERATIONS = pytest.mark.parametrize(
    "way", [nullcontext, tiles_on_every_device], ids=["kernels of the CPU", "operations of every device"]
)
Way = type[AbstractContextManager[None]]
HEADS, DIM, ROWS, DESTINATIONS = 2, 3, 5, 4
SEGMENT_DESTINATION = [0, 0, 1, 3, 3, 3]  # destination 2 has no edges
Edge = tuple[int, int]  # source row, segment
EDGES = [(0, 0), (1, 0), (4, 1), (2, 2), (2, 3), (3, 5), (0, 5), (2, 5)]  # segment 4 has none


def edge_index(edges: list[Edge]) -> EdgeIndex:
    source, segment = torch.tensor(edges).T.contiguous()
    return EdgeIndex(source, segment, torch.tensor(SEGMENT_DESTINATION)[segment], DESTINATIONS)


def random(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator).requires_grad_()


def by_loops(query: Tensor, key_value: Tensor, edges: list[Edge]) -> Tensor:
    out = torch.zeros_like(query)
    for head in range(HEADS):
        part = slice(head * DIM, (head + 1) * DIM)
        key, value = key_value[:, : HEADS * DIM][:, part], key_value[:, HEADS * DIM :][:, part]
        for destination in range(DESTINATIONS):
            own = [(j, s) for j, s in edges if SEGMENT_DESTINATION[s] == destination]
            share = [math.exp(float(query[s, part] @ key[j])) for j, s in own]
            for (j, s), weight in zip(own, share, strict=True):
                out[s, part] += weight / sum(share) * value[j]
    return out


@KERNELS_AND_OPERATIONS
@settings(max_examples=30)
@given(
    edges=st.lists(st.tuples(st.integers(0, ROWS - 1), st.integers(0, 5)), min_size=1, max_size=20),
    seed=st.integers(0, 99),
)
def test_values_are_weighted_by_the_softmax_over_all_edges_of_a_node(way: Way, edges: list[Edge], seed: int) -> None:
    query = random(len(SEGMENT_DESTINATION), HEADS * DIM, seed=seed).detach()
    key_value = random(ROWS, 2 * HEADS * DIM, seed=seed + 100).detach()
    with way():
        found = segment_attention(query, key_value, edge_index(edges), HEADS)
    torch.testing.assert_close(found, by_loops(query, key_value, edges))


@KERNELS_AND_OPERATIONS
def test_gradients(way: Way) -> None:
    def attend(query: Tensor, key_value: Tensor) -> Tensor:
        return segment_attention(query, key_value, edge_index(EDGES), HEADS)

    inputs = random(len(SEGMENT_DESTINATION), HEADS * DIM), random(ROWS, 2 * HEADS * DIM, seed=1)
    with way():
        assert torch.autograd.gradcheck(attend, inputs)


@KERNELS_AND_OPERATIONS
def test_large_scores_do_not_overflow(way: Way) -> None:
    """The softmax is taken relative to the largest score of a node: scores of thousands give finite weights."""
    query = torch.full((len(SEGMENT_DESTINATION), HEADS * DIM), 100.0, requires_grad=True)
    key_value = torch.arange(ROWS).mul(50.0).unsqueeze(1).repeat(1, 2 * HEADS * DIM).requires_grad_()
    with way():
        out = segment_attention(query, key_value, edge_index(EDGES), HEADS)
    torch.testing.assert_close(out[1], torch.full((HEADS * DIM,), 200.0))  # row 4 has by far the largest key
    out.sum().backward()
    assert torch.isfinite(torch.stack([query.grad.sum(), key_value.grad.sum()])).all()  # type: ignore[union-attr]


def test_the_number_of_threads_changes_nothing() -> None:
    query, key_value = random(len(SEGMENT_DESTINATION), HEADS * DIM), random(ROWS, 2 * HEADS * DIM, seed=1)
    threads, found = torch.get_num_threads(), []
    try:
        for number in (1, 2, 3):
            torch.set_num_threads(number)
            out = segment_attention(query, key_value, edge_index(EDGES), HEADS)
            found.append((out, *torch.autograd.grad(out.square().sum(), (query, key_value))))
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(one, other) for run in found[1:] for one, other in zip(found[0], run, strict=True))
