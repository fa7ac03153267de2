"""Why a loss stopped being a number, in words."""

import torch

from hgt_studio.config import RunConfig
from hgt_studio.errors import TrainingError
from hgt_studio.model.network import HGTNetwork


def explain_not_finite(
    network: HGTNetwork, link: float, contrastive: float, step: int, config: RunConfig
) -> TrainingError:
    """The error to raise when the loss of a step is not finite: what broke first, and the remedy."""
    broken = [name for name, value in network.named_parameters() if not bool(torch.isfinite(value.sum()))]
    if broken:
        cause = f"the weights diverged ({broken[0]}{f' and {len(broken) - 1} more' if len(broken) > 1 else ''})"
        remedy = f"lower training.learning_rate (now {config.training.learning_rate}) or training.clip_norm"
    elif not abs(link) < float("inf"):
        cause, remedy = "the link scores overflowed", "lower training.learning_rate"
    else:
        cause = f"the contrastive loss is {contrastive}"
        remedy = f"raise training.temperature (now {config.training.temperature})"
    return TrainingError(
        f"the loss is not finite after step {step}: {cause}; {remedy}, then resume the last checkpoint"
    )
