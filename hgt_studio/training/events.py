"""What a run tells its listeners: one class for each kind of news, one union of them all.

Events are handed over on the thread that trains (`MemoryRead` also on the monitor's); a listener stores them and
returns at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hgt_studio.device.monitor import MemoryReading

Phase = Literal["load", "prepare", "warm_up", "train", "evaluate", "save", "export"]


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """The run does something else now."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know that does not stop the run."""

    text: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    """Training is about to begin or to go on."""

    device: str
    num_parameters: int
    num_train_edges: int
    num_pairs: int
    steps_per_epoch: int
    seeds_per_step: int
    num_epochs: int
    first_step: int
    shapes: int


@dataclass(frozen=True, slots=True)
class StepsDone:
    """Progress within training, a few times a second. Losses are means since the last such event.

    waiting_share: share of the time in which the device waited for batches. dropped_edges: since the start.
    """

    step: int
    epoch: int
    loss: float
    link_loss: float
    contrastive_loss: float
    learning_rate: float
    seeds_per_second: float
    waiting_share: float
    dropped_edges: int


@dataclass(frozen=True, slots=True)
class BatchHalved:
    """Memory ran out: from here on batches are smaller and more of them make a step. shortage: in one line."""

    batch_size: int
    gradient_accumulation_steps: int
    shortage: str


@dataclass(frozen=True, slots=True)
class MemoryRead:
    """Memory of the process, the system and the device, once a second and between steps."""

    reading: MemoryReading


@dataclass(frozen=True, slots=True)
class EpochDone:
    """An epoch (counted from 1) is over; losses are its means."""

    epoch: int
    step: int
    loss: float
    link_loss: float
    contrastive_loss: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Held-out edges were ranked. `metrics` is `Evaluation.to_dict` under the name of the edges."""

    edges: Literal["validation", "test"]
    epoch: int
    step: int
    metrics: dict[str, Any]
    is_best: bool
    evaluations_since_best: int
    seconds: float


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """A checkpoint stands complete on disk."""

    path: Path
    step: int
    kind: Literal["last", "best"]


@dataclass(frozen=True, slots=True)
class RunEnded:
    """Training is over and its best state is loaded."""

    reason: Literal["all epochs done", "no improvement", "finished early"]
    epochs: int
    seconds: float


Event = (
    PhaseStarted
    | Notice
    | RunStarted
    | StepsDone
    | BatchHalved
    | MemoryRead
    | EpochDone
    | Evaluated
    | CheckpointSaved
    | RunEnded
)
EventHandler = Callable[[Event], None]
