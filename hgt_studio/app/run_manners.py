"""What a run does around the window: the computer stays awake, the Dock counts, and the end is told."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from hgt_studio.app.state.session import RunOutcome, TrainingSession
from hgt_studio.app.system.dock import show_progress
from hgt_studio.app.system.notify import notify
from hgt_studio.app.system.sleep import SleepGuard
from hgt_studio.training.events import Event, RunStarted, StepsDone


class RunManners(QObject):
    """Follows a session for the length of the window's life."""

    def __init__(self, session: TrainingSession, window: QWidget, guard: SleepGuard | None = None) -> None:
        super().__init__(window)
        self._session, self._window, self._guard = session, window, guard or SleepGuard()
        self._title = window.windowTitle()
        self._total_steps = 0
        session.state_changed.connect(self._on_state)
        session.event.connect(self._on_event)
        session.ended.connect(self._on_ended)

    def set_title(self, title: str) -> None:
        """The window's title, before which the progress stands."""
        self._title = title
        if not self._session.is_active:
            show_progress(self._window, title, None)

    @Slot(str)
    def _on_state(self, state: str) -> None:
        if self._session.is_active:
            self._guard.hold()
        else:
            self._guard.release()

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._total_steps = event.steps_per_epoch * event.num_epochs
            case StepsDone() if self._total_steps:
                show_progress(self._window, self._title, min(1.0, event.step / self._total_steps))
            case _:
                pass

    @Slot(object)
    def _on_ended(self, outcome: RunOutcome) -> None:
        self._total_steps = 0
        show_progress(self._window, self._title, None)
        words = {"done": "Training is done", "stopped": "Training was stopped", "failed": "Training failed"}
        notify(self._window, words[outcome.kind], outcome.message or outcome.directory.name)
