"""The setting to try after a run that failed: what the error names, one step in the direction that heals it."""

from dataclasses import dataclass

from hgt_studio.app.state.session import RunOutcome
from hgt_studio.config import RunConfig

_LEARNING_RATE_FACTOR = 0.3
_TEMPERATURE_FACTOR = 2.0
_HIGHEST_TEMPERATURE = 10.0


@dataclass(frozen=True, slots=True)
class Remedy:
    """A value for a setting; `words` stand on the button that sets it."""

    path: str
    value: float
    words: str


def remedy_for(outcome: RunOutcome, config: RunConfig) -> Remedy | None:
    """What to try after a loss that was not finite; None after anything else."""
    training = config.training
    if outcome.kind != "failed" or outcome.is_out_of_memory:
        return None
    if "training.temperature" in outcome.message:
        warmer = min(_HIGHEST_TEMPERATURE, training.temperature * _TEMPERATURE_FACTOR)
        return Remedy("training.temperature", warmer, f"Raise the Temperature to {warmer:g}")
    if "training.learning_rate" in outcome.message:
        slower = float(f"{training.learning_rate * _LEARNING_RATE_FACTOR:.1g}")
        return Remedy("training.learning_rate", slower, f"Lower the Learning Rate to {slower:g}")
    return None
