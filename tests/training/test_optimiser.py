"""The optimiser's groups, its preallocated state, and the learning rate of every step."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.config import TrainingConfig
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.optimiser import clear_gradients, learning_rate, make_optimiser
from tests.helpers.batches import small_config


def make_network() -> HGTNetwork:
    torch.manual_seed(0)
    return HGTNetwork(small_config(), 20, 3, 4)


def test_it_updates_as_adamw_that_decays_the_matrices_of_the_layers_only() -> None:
    settings = TrainingConfig(weight_decay=0.1, learning_rate=0.01)
    network, reference = make_network(), make_network()
    optimiser = make_optimiser(network, settings)
    plain = torch.optim.AdamW(
        [
            {"params": [p], "weight_decay": 0.1 if p.dim() > 1 and name.startswith("encoder.") else 0.0}
            for name, p in reference.named_parameters()
        ],
        lr=0.01,
        fused=False,
        foreach=False,
    )
    for _ in range(3):
        for ours, theirs in zip(network.parameters(), reference.parameters(), strict=True):
            ours.grad = torch.randn_like(ours)
            theirs.grad = ours.grad.clone()
        optimiser.step()
        plain.step()
    for (name, ours), theirs in zip(network.named_parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, msg=name)


@pytest.mark.parametrize("node_embeddings", [True, False])
def test_layers_learn_slowly_beside_node_embeddings(node_embeddings: bool) -> None:
    network = HGTNetwork(small_config(f"architecture.node_embeddings={str(node_embeddings).lower()}"), 20, 3, 4)
    optimiser = make_optimiser(network, TrainingConfig(layer_rate_share=0.1, embedding_rate=3.0))
    share = {id(p): group["share"] for group in optimiser.param_groups for p in group["params"]}
    for name, parameter in network.named_parameters():
        of_encoder = 0.1 if node_embeddings else 1.0
        assert share[id(parameter)] == (of_encoder if name.startswith("encoder.") else 3.0), name


def test_its_state_stands_before_the_first_step() -> None:
    """So that a step allocates nothing and cannot fail half-way."""
    network = make_network()
    optimiser = make_optimiser(network, TrainingConfig())
    before = {id(value) for state in optimiser.state.values() for value in state.values()}
    assert len(before) == 3 * len(list(network.parameters()))
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimiser.step()
    assert {id(value) for state in optimiser.state.values() for value in state.values()} == before


def test_cleared_gradients_are_zero_in_the_same_buffers() -> None:
    network = make_network()
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    buffers = [parameter.grad for parameter in network.parameters()]
    clear_gradients(network)
    for parameter, buffer in zip(network.parameters(), buffers, strict=True):
        assert parameter.grad is buffer
        assert not buffer.any()


@given(
    num_steps=st.integers(1, 500),
    warmup_share=st.floats(0.0, 0.5),
    final_share=st.floats(0.0, 1.0),
)
def test_the_rate_rises_then_falls_along_half_a_cosine(num_steps: int, warmup_share: float, final_share: float) -> None:
    config = TrainingConfig(learning_rate=0.01, warmup_share=warmup_share, final_learning_rate_share=final_share)
    rates = [learning_rate(step, num_steps, config) for step in range(num_steps)]
    warm_up = round(warmup_share * num_steps)
    assert rates[:warm_up] == pytest.approx([0.01 * (i + 1) / warm_up for i in range(warm_up)])
    falling = rates[warm_up:]
    assert falling == sorted(falling, reverse=True)
    if falling:
        assert falling[0] == pytest.approx(0.01)
    for i, rate in enumerate(falling):
        share = (1 + math.cos(math.pi * i / len(falling))) / 2
        assert rate == pytest.approx(0.01 * (final_share + (1 - final_share) * share))
        assert rate >= 0.01 * final_share or rate == pytest.approx(0.01 * final_share)
