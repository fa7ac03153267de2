"""One training run at a time, seen from the window: commands go in, states and events come out on the UI thread."""

import logging
import time
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QObject, Qt, Signal

from hgt_studio.app.engine import Engine
from hgt_studio.config import RunConfig
from hgt_studio.errors import CancelledError, HgtStudioError, OutOfMemoryError, TrainingError
from hgt_studio.typing import CancelToken, Progress

if TYPE_CHECKING:
    from hgt_studio.pipeline import RunResult

SessionState = Literal["idle", "running", "paused", "stopping", "done", "stopped", "failed"]

_PROGRESS_INTERVAL_SECONDS: Final = 0.05
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How a run ended.

    message: one line for the user, of a failure what happened and what to do.
    is_out_of_memory: of a failure, whether less memory would have saved it.
    """

    kind: Literal["done", "stopped", "failed"]
    directory: Path
    result: "RunResult | None"
    message: str
    is_out_of_memory: bool = False


class TrainingSession(QObject):
    """Starts a run on the engine's thread and hands its news over; all signals come on the UI thread, in order.

    state_changed: `SessionState`; event: every `Event`; progress: `Progress`, at most twenty a second; ended:
    `RunOutcome`, after the last event.
    """

    state_changed = Signal(str)
    event = Signal(object)  # type: ignore[assignment]
    progress = Signal(object)
    ended = Signal(object)
    _event_arrived = Signal(object)
    _progress_arrived = Signal(object)
    _run_ended = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._token = CancelToken()
        self._last_progress = 0.0
        self.state: SessionState = "idle"
        self.directory: Path | None = None
        queued = Qt.ConnectionType.QueuedConnection  # emitted on the engine's and the monitor's threads
        self._event_arrived.connect(self.event, queued)
        self._progress_arrived.connect(self.progress, queued)
        self._run_ended.connect(self._end, queued)

    @property
    def is_active(self) -> bool:
        """Whether a run is under way, paused and stopping included."""
        return self.state in ("running", "paused", "stopping")

    def start(self, graph_path: Path, directory: Path, config: RunConfig, *, resume: bool = False) -> None:
        """Begin a run.

        Raises:
            TrainingError: one is under way.
        """
        if self.is_active:
            raise TrainingError("a run is under way; stop it before the next one")
        self._token = token = CancelToken()
        self.directory = directory

        def job() -> "RunResult":
            from hgt_studio.pipeline import Listeners, train_run

            listeners = Listeners(self._event_arrived.emit, self._tell_progress, token)
            return train_run(graph_path, directory, config, listeners, resume=resume)

        self._set_state("running")
        self._engine.submit(job).add_done_callback(self._tell_end)

    def pause(self) -> None:
        """Wait at the next batch."""
        if self.state == "running":
            self._token.pause()
            self._set_state("paused")

    def resume(self) -> None:
        """Go on after `pause`."""
        if self.state == "paused":
            self._token.resume()
            self._set_state("running")

    def stop(self) -> None:
        """End after this batch; the checkpoint is kept and the run can be resumed."""
        if self.is_active:
            self._token.cancel()
            self._set_state("stopping")

    def finish(self) -> None:
        """End training after this batch, then evaluate and export the best state."""
        if self.is_active:
            self._token.finish()
            self._set_state("stopping")

    def _tell_progress(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last_progress >= _PROGRESS_INTERVAL_SECONDS or progress.done == progress.total:
            self._last_progress = now
            self._progress_arrived.emit(progress)

    def _tell_end(self, future: "Future[RunResult]") -> None:
        directory = self.directory
        assert directory is not None
        self._run_ended.emit(_outcome(future, directory))

    def _end(self, outcome: RunOutcome) -> None:
        self._set_state(outcome.kind)
        self.ended.emit(outcome)

    def _set_state(self, state: SessionState) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)


def _outcome(future: "Future[Any]", directory: Path) -> RunOutcome:
    if future.cancelled():
        return RunOutcome("stopped", directory, None, "stopped before it began")
    error = future.exception()
    if error is None:
        return RunOutcome("done", directory, future.result(), "")
    if isinstance(error, CancelledError):
        return RunOutcome("stopped", directory, None, str(error))
    if isinstance(error, HgtStudioError):
        return RunOutcome("failed", directory, None, str(error), isinstance(error, OutOfMemoryError))
    _log.error("a run failed by a fault of the program", exc_info=error)
    return RunOutcome(
        "failed", directory, None, f"a fault of the program ({type(error).__name__}); see Help > Diagnostics"
    )
