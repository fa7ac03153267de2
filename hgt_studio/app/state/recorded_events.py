"""The events that a run wrote down in its folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hgt_studio.training.events import EpochDone, Evaluated, StepsDone

RecordedEvent = StepsDone | EpochDone | Evaluated
_KINDS: Final[dict[str, type[RecordedEvent]]] = {
    kind.__name__: kind for kind in (StepsDone, EpochDone, Evaluated)
}  # fmt: skip
_STEPS_LINE: Final = '{"event": "StepsDone"'


def read_recorded_events(path: Path, *, with_steps: bool) -> list[RecordedEvent]:
    """The events of a `metrics.jsonl` in their order, without those that a resumed run did again.

    A line cut short by a crash is left out, as is what another version wrote. [] if there is no such file.
    with_steps: whether the many `StepsDone` are read too.
    """
    events: list[RecordedEvent] = []
    for event in _read(path, with_steps=with_steps):
        while events and _order(events[-1]) >= _order(event):
            events.pop()
        events.append(event)
    return events


def _order(event: RecordedEvent) -> tuple[int, int]:
    """Events are told by step, those of one step in this order."""
    match event:
        case StepsDone(step):
            return step, 0
        case EpochDone(step=step):
            return step, 1
        case Evaluated(edges="validation", step=step):
            return step, 2
    return event.step, 3


def _read(path: Path, *, with_steps: bool) -> Iterator[RecordedEvent]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if (with_steps or not line.startswith(_STEPS_LINE)) and (event := _parse(line)) is not None:
                yield event


def _parse(line: str) -> RecordedEvent | None:
    try:
        values: dict[str, Any] = json.loads(line)
        return _KINDS[values.pop("event")](**values)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
