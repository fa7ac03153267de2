"""Short training runs of the small graph."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hgt_studio.device.cpu import CpuDevice
from hgt_studio.training.evaluation import Evaluation
from hgt_studio.training.events import Event
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.training.task import TrainingTask
from hgt_studio.training.trainer import Trainer
from hgt_studio.typing import CancelToken
from tests.helpers.batches import small_task

Kind = TypeVar("Kind")


class TokenAt(CancelToken):
    """Does something at the check of a given number, counted from 1: `TokenAt(5, CancelToken.cancel)`."""

    def __init__(self, number: int = 0, action: Callable[[CancelToken], None] = CancelToken.cancel) -> None:
        super().__init__()
        self.checks, self._number, self._action = 0, number, action

    def check(self) -> None:
        self.checks += 1
        if self.checks == self._number:
            self._action(self)
        super().check()


@dataclass
class Run:
    """A trainer on a folder of its own, and what it told."""

    trainer: Trainer
    directory: RunDirectory
    events: list[Event] = field(default_factory=list)

    def told(self, kind: type[Kind]) -> list[Kind]:
        """The events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def files(self) -> dict[str, bytes]:
        """The checkpoints."""
        paths = (self.directory.last_checkpoint, self.directory.best_checkpoint)
        return {path.name: path.read_bytes() for path in paths if path.exists()}

    def finish(self) -> Evaluation:
        """Run to the end."""
        evaluation = self.trainer.run()
        assert evaluation is not None
        return evaluation


def make_run(
    folder: Path,
    task: TrainingTask | None = None,
    cancel: CancelToken | None = None,
    listener: Callable[[Event], None] = lambda event: None,
    *,
    resume: bool = False,
) -> Run:
    """A run, ready to start or to go on, in `folder`; without a task that of the small settings."""
    task, directory = task or small_task(), RunDirectory(folder)
    directory.create(task.config, resume=resume)
    events: list[Event] = []

    def on_event(event: Event) -> None:
        events.append(event)
        directory.record(event)
        listener(event)

    trainer = Trainer(task, CpuDevice(), directory, on_event, cancel or CancelToken())
    if resume:
        trainer.restore()
    return Run(trainer, directory, events)
