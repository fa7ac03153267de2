"""The node table: gradients go into one buffer, as autograd's own `index_select` would make them."""

import torch

from hgt_studio.model.node_embedding import NodeEmbedding


def test_gradients_of_several_batches_equal_autograds() -> None:
    torch.manual_seed(0)
    table = NodeEmbedding(7, 3)
    reference = table.weight.detach().clone().requires_grad_()
    for ids in ([0, 2, 2, 6, 2], [5, 0], [3]):
        upstream = torch.randn(len(ids), 3)
        rows = table(torch.tensor(ids))
        torch.testing.assert_close(rows, reference.index_select(0, torch.tensor(ids)))
        (rows * upstream).sum().backward()
        (reference.index_select(0, torch.tensor(ids)) * upstream).sum().backward()
    torch.testing.assert_close(table.weight.grad, reference.grad)


def test_all_batches_share_one_buffer() -> None:
    table = NodeEmbedding(7, 3)
    table(torch.tensor([1, 4])).sum().backward()
    buffer = table.weight.grad
    table(torch.tensor([4])).sum().backward()
    assert table.weight.grad is buffer


def test_inference_makes_no_buffer() -> None:
    table = NodeEmbedding(7, 3)
    with torch.no_grad():
        table(torch.tensor([1, 4]))
    assert table.weight.grad is None
