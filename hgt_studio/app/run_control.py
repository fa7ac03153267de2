"""Between the buttons and the session: when a run can start, where it goes, and how a stopped one goes on."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hgt_studio.app.preferences import Preferences
from hgt_studio.app.state.document import Document
from hgt_studio.app.state.run_folder import graph_of_run, new_run_folder
from hgt_studio.app.state.session import TrainingSession
from hgt_studio.app.state.settings import Settings
from hgt_studio.errors import HgtStudioError
from hgt_studio.training.run_directory import RunDirectory


class RunControl(QObject):
    """changed: what can be done now may be another; failed: an error of ours, in what the user asked for."""

    changed = Signal()
    failed = Signal(object)  # HgtStudioError

    def __init__(
        self, document: Document, settings: Settings, session: TrainingSession, preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._settings, self._session, self._preferences = document, settings, session, preferences
        for signal in (document.loading_started, document.loaded, document.failed, document.cancelled):
            signal.connect(self.changed)
        document.mapping_needed.connect(self.changed)
        document.graph_changed.connect(self.changed)
        settings.errors_changed.connect(self.changed)
        session.state_changed.connect(self._on_state)

    def obstacle(self) -> str:
        """Why no run can start now, for the user; empty if one can."""
        if self._session.is_active:
            return "A run is under way"
        if self._document.is_loading:
            return "The graph is being read"
        if self._document.path is None:
            return "Open a graph first"
        if self._document.selection_error is not None:
            return str(self._document.selection_error)
        if self._settings.errors:
            return "Correct the settings that are marked red first"
        return ""

    def train(self) -> None:
        """Start a run with the settings of now, in a folder of its own."""
        path = self._document.path
        if self.obstacle() or path is None:
            return
        config = self._settings.config
        data = config.data.model_copy(update={"columns": self._document.data.columns})
        folder = new_run_folder(self._preferences.runs_folder(), path, datetime.now())
        self._session.start(path, folder, config.model_copy(update={"data": data}))

    def resume_run(self, directory: Path) -> None:
        """Go on with a run that was stopped or failed, with its own settings and graph."""
        self._attempt(lambda: self._resume_run(directory))

    def toggle_pause(self) -> None:
        """Pause, or go on."""
        if self._session.state == "paused":
            self._session.resume()
        else:
            self._session.pause()

    def _resume_run(self, directory: Path) -> None:
        config, graph = RunDirectory(directory).config(), graph_of_run(directory)
        if not self._session.is_active:  # else the session refuses, and the settings stay
            self._settings.replace(config, "Settings of the resumed run")
        self._session.start(graph, directory, config, resume=True)

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except HgtStudioError as error:
            self.failed.emit(error)

    def _on_state(self, state: str) -> None:
        self._settings.set_locked(self._session.is_active)
        self.changed.emit()
