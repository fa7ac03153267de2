"""Why a loss stopped being a number, in words."""

import torch

from hgt_studio.config import RunConfig
from hgt_studio.errors import TrainingError
from hgt_studio.model.network import HGTNetwork


def find_broken_weights(network: HGTNetwork, step: int, config: RunConfig) -> TrainingError | None:
    """The error to raise if a weight is not finite. Waits for the device (a synchronisation point)."""
    broken = [name for name, value in network.named_parameters() if not bool(torch.isfinite(value.sum()))]
    if not broken:
        return None
    others = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
    remedy = f"lower training.learning_rate (now {config.training.learning_rate}) or training.clip_norm"
    return _not_finite(step, f"the weights diverged ({broken[0]}{others})", remedy)


def explain_not_finite(
    network: HGTNetwork, link: float, contrastive: float, step: int, config: RunConfig
) -> TrainingError:
    """The error to raise when the loss of a step is not finite: what broke first, and the remedy."""
    if (error := find_broken_weights(network, step, config)) is not None:
        return error
    if not abs(link) < float("inf"):
        return _not_finite(step, "the link scores overflowed", "lower training.learning_rate")
    remedy = f"raise training.temperature (now {config.training.temperature})"
    return _not_finite(step, f"the contrastive loss is {contrastive}", remedy)


def _not_finite(step: int, cause: str, remedy: str) -> TrainingError:
    return TrainingError(
        f"the loss is not finite after step {step}: {cause}; {remedy}, then resume the last checkpoint"
    )
