"""What a run says about itself, in plain words, each with the remedy that is one click away."""

from dataclasses import dataclass
from typing import Final, Literal

from hgt_studio.app.state.run_history import QUALITY_METRICS
from hgt_studio.app.state.session import RunOutcome
from hgt_studio.app.theme import Verdict
from hgt_studio.app.wording import count_text
from hgt_studio.config import RunConfig
from hgt_studio.training.events import BatchHalved, Evaluated, Event, Notice

Remedy = Literal["stop_and_keep_best", "lower_learning_rate", "raise_temperature", "less_memory"]
_PLATEAU_SHARE: Final = 0.5  # of the patience
_LEARNING_RATE_FACTOR: Final = 0.3
_TEMPERATURE_FACTOR: Final = 2.0


@dataclass(frozen=True, slots=True)
class Advice:
    """A line for the user; `words` stand on the button that applies the remedy."""

    verdict: Verdict
    text: str
    remedy: Remedy | None = None
    words: str = ""


def advice_on_event(event: Event, config: RunConfig) -> Advice | None:
    """What to tell about an event; None if nothing."""
    match event:
        case Notice(text):
            return Advice("tight", sentence(text))
        case BatchHalved():
            text = (
                f"Memory ran out. The run goes on with batches of {count_text(event.batch_size)} seeds, "
                f"{event.gradient_accumulation_steps} for each step; the result is the same, somewhat later."
            )
            return Advice("tight", text)
        case Evaluated(edges="validation") if _is_plateau(event, config):
            text = (
                f"No better {QUALITY_METRICS[config.evaluation.watch]} for {event.evaluations_since_best} evaluations; "
                f"training stops by itself after {config.training.patience}."
            )
            return Advice("tight", text, "stop_and_keep_best", "Stop and Keep Best")
    return None


def advice_on_end(outcome: RunOutcome, config: RunConfig) -> Advice | None:
    """What to tell about the end of a run; None if it ended well."""
    if outcome.kind != "failed":
        return None
    text = sentence(outcome.message)
    if outcome.is_out_of_memory:
        return Advice("unsafe", text, "less_memory", "Try with Less Memory...")
    if "training.temperature" in outcome.message:
        return Advice("unsafe", text, "raise_temperature", f"Raise the Temperature to {raised_temperature(config):g}")
    if "training.learning_rate" in outcome.message:
        rate = lowered_learning_rate(config)
        return Advice("unsafe", text, "lower_learning_rate", f"Lower the Learning Rate to {rate:g}")
    return Advice("unsafe", text)


def lowered_learning_rate(config: RunConfig) -> float:
    """What to try after a loss that was not finite; one significant digit."""
    return float(f"{config.training.learning_rate * _LEARNING_RATE_FACTOR:.1g}")


def raised_temperature(config: RunConfig) -> float:
    """What to try after a contrastive loss that was not finite."""
    return min(10.0, config.training.temperature * _TEMPERATURE_FACTOR)


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _is_plateau(event: Evaluated, config: RunConfig) -> bool:
    patience = config.training.patience
    return event.evaluations_since_best >= max(2, round(patience * _PLATEAU_SHARE)) if patience else False
