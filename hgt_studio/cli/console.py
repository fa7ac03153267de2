"""What a person at a terminal sees while the engine works."""

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from hgt_studio.training.events import (
    BatchHalved,
    CheckpointSaved,
    EpochDone,
    Evaluated,
    Event,
    MemoryRead,
    Notice,
    PhaseStarted,
    RunEnded,
    RunStarted,
    StepsDone,
)
from hgt_studio.typing import Progress as Done


class Console:
    """Progress bars on the error stream, one line of text for each epoch and evaluation; a context manager.

    A quiet console tells only what the user should know: notices and shortages of memory.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        without_bars = quiet or not sys.stderr.isatty()
        self._progress = Progress(*columns, console=RichConsole(stderr=True), transient=True, disable=without_bars)
        self._quiet = quiet
        self._tasks: dict[str, TaskID] = {}
        self._num_steps = 0

    def on_progress(self, done: Done) -> None:
        """A long operation went on."""
        self._show(f"{done.phase} ({done.unit})", done.done, done.total)

    def on_event(self, event: Event) -> None:
        """A run told something."""
        match event:
            case RunStarted():
                self._num_steps = event.steps_per_epoch * event.num_epochs
                self._say(
                    f"{event.device}: {event.num_parameters:,} parameters, {event.num_train_edges:,} training edges, "
                    f"{event.num_pairs:,} similar pairs, {event.num_epochs} epochs of {event.steps_per_epoch} steps"
                )
            case StepsDone():
                self._show(
                    f"train  loss {event.loss:.3f}  {event.seeds_per_second:,.0f} seeds/s", event.step, self._num_steps
                )
            case EpochDone():
                self._say(f"epoch {event.epoch}: loss {event.loss:.4f} in {event.seconds:.1f} s")
            case Evaluated():
                judged = event.metrics[event.edges]
                self._say(
                    f"{event.edges}: MRR {judged['mrr']:.4f}, Hits@10 {judged['hits@10']:.4f}, "
                    f"embeddings {event.metrics['health']['verdict']}{' (best so far)' if event.is_best else ''}"
                )
            case Notice():
                self._print(f"note: {event.text}")
            case BatchHalved():
                self._print(
                    f"note: {event.shortage}; going on with batches of {event.batch_size}, "
                    f"{event.gradient_accumulation_steps} to a step"
                )
            case RunEnded():
                self._say(f"ended after {event.epochs} epochs: {event.reason}")
            case PhaseStarted() | CheckpointSaved() | MemoryRead():
                pass

    def _show(self, name: str, done: int, total: int) -> None:
        key = name.split()[0]
        if key not in self._tasks:
            for task in self._tasks.values():
                self._progress.remove_task(task)
            self._tasks = {key: self._progress.add_task(name)}
        self._progress.update(self._tasks[key], description=name, completed=done, total=total or None)

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._print(text)

    def _print(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def __enter__(self) -> "Console":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


def print_table(header: tuple[str, str], rows: Iterable[tuple[str, Any]]) -> None:
    """A table of names and numbers, numbers right-aligned with thousands separators."""
    cells = [(name, f"{value:,}" if isinstance(value, int) else f"{value:.4f}") for name, value in rows]
    width = max(len(name) for name, _ in (header, *cells))
    number_width = max(len(text) for _, text in (header, *cells))
    for name, text in (header, *cells):
        print(f"  {name:{width}}  {text:>{number_width}}")


def human_bytes(size: int) -> str:
    """A size with two significant digits: 530 MB, 2.1 GB."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
