"""Every error a user can meet, as one tree.

    HgtStudioError
    ├── InputError             a graph file cannot be read or does not hold what it should
    ├── ConfigError            a setting is unknown or out of its bounds
    ├── DeviceError            an accelerator is missing or misbehaves
    │   └── OutOfMemoryError   the device or the host ran out of memory
    ├── TrainingError          a run cannot go on (a loss that is not finite, nothing to learn from)
    ├── RunDirectoryError      a run directory or a checkpoint is missing, broken or of another graph
    ├── ExportError            embeddings cannot be written
    └── CancelledError         the user stopped the operation; nothing is wrong

A message is one line: what happened, then what to do. It is shown to the user as it stands.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class HgtStudioError(Exception):
    """Base of all errors of ours; `str(error)` is one line fit for the user."""


class InputError(HgtStudioError):
    """A graph file cannot be read or does not hold what it should."""


class ConfigError(HgtStudioError):
    """A setting is unknown or out of its bounds; the message names `section.field`, the value got and the rule."""


class DeviceError(HgtStudioError):
    """An accelerator is missing or misbehaves."""


class OutOfMemoryError(DeviceError):
    """The device or the host ran out of memory."""


class TrainingError(HgtStudioError):
    """A run cannot go on."""


class RunDirectoryError(HgtStudioError):
    """A run directory or a checkpoint is missing, broken or belongs to another graph."""


class ExportError(HgtStudioError):
    """Embeddings cannot be written."""


class CancelledError(HgtStudioError):
    """The user stopped the operation."""


def suggest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest known one, else all of them."""
    choices = sorted(set(known))
    folded = {choice.casefold(): choice for choice in choices}
    nearest = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if nearest:
        return f"did you mean '{folded[nearest[0]]}'?"
    shown = ", ".join(f"'{choice}'" for choice in choices[:12])
    return f"known: {shown}{', ...' if len(choices) > 12 else ''}" if choices else "none are known"
