"""What a run says about itself while it goes on, in plain words. How it ended is told by the banner."""

from dataclasses import dataclass
from typing import Final

from hgt_studio.app.state.run_history import QUALITY_METRICS
from hgt_studio.app.wording import count_text
from hgt_studio.config import RunConfig
from hgt_studio.training.events import BatchHalved, Evaluated, Event, Notice

_PLATEAU_SHARE: Final = 0.5  # of the patience


@dataclass(frozen=True, slots=True)
class Advice:
    """A line for the user. is_plateau: the run may as well stop now and keep its best state."""

    text: str
    is_plateau: bool = False


def advice_on_event(event: Event, config: RunConfig) -> Advice | None:
    """What to tell about an event; None if nothing."""
    match event:
        case Notice(text):
            return Advice(_sentence(text))
        case BatchHalved():
            return Advice(
                f"Memory ran out. The run goes on with batches of {count_text(event.batch_size)} seeds, "
                f"{event.gradient_accumulation_steps} for each step; the result is the same, somewhat later."
            )
        case Evaluated(edges="validation") if _is_plateau(event, config):
            text = (
                f"No better {QUALITY_METRICS[config.evaluation.watch]} for {event.evaluations_since_best} evaluations; "
                f"training stops by itself after {config.training.patience}."
            )
            return Advice(text, is_plateau=True)
    return None


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _is_plateau(event: Evaluated, config: RunConfig) -> bool:
    patience = config.training.patience
    return event.evaluations_since_best >= max(2, round(patience * _PLATEAU_SHARE)) if patience else False
