"""Rows of the node table: gradients go into one buffer, as autograd's own `index_select` would make them."""

import torch

from hgt_studio.model.node_embedding import select_rows


def make_table() -> torch.nn.Parameter:
    torch.manual_seed(0)
    return torch.nn.Parameter(torch.randn(7, 3))


def test_gradients_of_several_batches_equal_autograds() -> None:
    table = make_table()
    reference = table.detach().clone().requires_grad_()
    for ids in ([0, 2, 2, 6, 2], [5, 0], [3]):
        upstream = torch.randn(len(ids), 3)
        rows = select_rows(table, torch.tensor(ids))
        torch.testing.assert_close(rows, reference.index_select(0, torch.tensor(ids)))
        (rows * upstream).sum().backward()
        (reference.index_select(0, torch.tensor(ids)) * upstream).sum().backward()
    torch.testing.assert_close(table.grad, reference.grad)


def test_all_batches_share_one_buffer() -> None:
    table = make_table()
    select_rows(table, torch.tensor([1, 4])).sum().backward()
    buffer = table.grad
    select_rows(table, torch.tensor([4])).sum().backward()
    assert table.grad is buffer


def test_inference_makes_no_buffer() -> None:
    table = make_table()
    with torch.no_grad():
        select_rows(table, torch.tensor([1, 4]))
    assert table.grad is None
