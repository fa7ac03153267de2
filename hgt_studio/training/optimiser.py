"""AdamW over the layers and the embedding table, and the learning rate at a step."""

import math

import torch
from torch import Tensor

from hgt_studio.config import TrainingConfig
from hgt_studio.model.network import HGTNetwork


def make_optimiser(network: HGTNetwork, config: TrainingConfig) -> torch.optim.AdamW:
    """Fused AdamW (Loshchilov & Hutter 2019). Weight decay acts on the matrices of the encoder alone.

    The rate of a group is its "share" of the learning rate.
    """
    encoder = list(network.encoder.parameters())
    others = [*network.embedding.parameters(), *network.decoder.parameters()]
    share = 1.0 if network.embedding.weight is None else config.layer_rate_share
    groups = [
        {"params": [p for p in encoder if p.dim() > 1], "weight_decay": config.weight_decay, "share": share},
        {"params": [p for p in encoder if p.dim() <= 1], "weight_decay": 0.0, "share": share},
        {"params": others, "weight_decay": 0.0, "share": config.embedding_rate},
    ]
    optimiser = torch.optim.AdamW([group for group in groups if group["params"]], lr=config.learning_rate, fused=True)
    for parameter in network.parameters():  # at once, so that a step never allocates and cannot fail half-way
        optimiser.state[parameter] = {
            "step": torch.zeros((), device=parameter.device),
            "exp_avg": torch.zeros_like(parameter, requires_grad=False),
            "exp_avg_sq": torch.zeros_like(parameter, requires_grad=False),
        }
    return optimiser


def set_update_count(optimiser: torch.optim.Optimizer, count: int) -> None:
    """Say how many updates were done: AdamW counts one that fails, before it changes a weight, among them."""
    for values in optimiser.state.values():
        values["step"].fill_(count)


def layer_parameters(network: HGTNetwork) -> list[Tensor]:
    """All parameters but the embedding table."""
    return [parameter for parameter in network.parameters() if parameter is not network.embedding.weight]


def keep_gradients(network: HGTNetwork) -> None:
    """Give every parameter a gradient buffer that stays, where it has none."""
    for parameter in network.parameters():
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)


def clear_gradients(network: HGTNetwork) -> None:
    """Make all gradients zero, in buffers that stay."""
    keep_gradients(network)
    torch._foreach_zero_([parameter.grad for parameter in network.parameters() if parameter.grad is not None])


def learning_rate(step: int, num_steps: int, config: TrainingConfig) -> float:
    """The rate of a step (counted from 0): a linear rise over the warm-up, then half a cosine to the final share."""
    warm_up = round(config.warmup_share * num_steps)
    if step < warm_up:
        return config.learning_rate * (step + 1) / warm_up
    progress = (step - warm_up) / max(1, num_steps - warm_up)
    low = config.final_learning_rate_share
    return config.learning_rate * (low + (1.0 - low) * 0.5 * (1.0 + math.cos(math.pi * progress)))
