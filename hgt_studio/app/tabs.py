"""The tabs of the centre: an invitation at first, the panels once the window stands on the screen."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from hgt_studio.app.empty_page import EmptyPage

if TYPE_CHECKING:
    from hgt_studio.app.state.app_state import AppState
    from hgt_studio.app.state.memory_model import MemoryModel

_NAMES: Final = ("Data", "Training", "Explore", "Export", "Runs")


class Tabs(QTabWidget):
    """Data, Training, Explore, Export and Runs; each comes forward when it has something to say.

    resume_requested: a run shall go on.
    """

    resume_requested = Signal(object)  # Path

    def __init__(self, empty_page: EmptyPage) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self._run_to_explore: Path | None = None
        self.empty_page = empty_page
        self._places = [QWidget() for _ in _NAMES[1:]]
        for name, page in zip(_NAMES, (empty_page, *self._places), strict=True):
            self.addTab(page, name)

    def fill(self, state: "AppState", memory: "MemoryModel") -> None:
        """Make the Data panel around the invitation."""
        from hgt_studio.app.data_panel import DataPanel

        self._state, self._memory = state, memory
        chosen = self.currentIndex()
        self.removeTab(0)
        self.data_panel = DataPanel(empty=self.empty_page, document=state.document, settings=state.settings)
        self.insertTab(0, self.data_panel, _NAMES[0])
        self.setCurrentIndex(chosen)

    async def make_others(self) -> None:
        """Make the other panels, one at a time."""
        import asyncio

        from hgt_studio.app.explore_panel import ExplorePanel
        from hgt_studio.app.export_panel import ExportPanel
        from hgt_studio.app.runs_panel import RunsPanel
        from hgt_studio.app.training_panel import TrainingPanel

        state = self._state
        self.training_panel = TrainingPanel(session=state.session, settings=state.settings)
        await asyncio.sleep(0)
        self.explore_panel = ExplorePanel(engine=state.engine)
        await asyncio.sleep(0)
        self.export_panel = ExportPanel(engine=state.engine, preferences=state.preferences, settings=state.settings)
        await asyncio.sleep(0)
        self.runs_panel = RunsPanel(preferences=state.preferences)
        panels = (self.training_panel, self.explore_panel, self.export_panel, self.runs_panel)
        chosen = self.currentIndex()
        for index, panel in enumerate(panels, start=1):
            self._places[index - 1].deleteLater()
            self.removeTab(index)
            self.insertTab(index, panel, _NAMES[index])
        self.setCurrentIndex(chosen)
        self._connect()

    def _connect(self) -> None:
        self._state.document.loaded.connect(self._on_graph_loaded)
        self._state.session.state_changed.connect(self._on_session_state)
        self._memory.changed.connect(self._on_estimate)
        self.runs_panel.resume_requested.connect(self.resume_requested)
        self.runs_panel.open_requested.connect(self.show_export)
        self.runs_panel.explore_requested.connect(self.show_explore)
        self.currentChanged.connect(self._open_space)

    @Slot(object)
    def show_export(self, run_directory: Path) -> None:
        """Bring the Export tab forward with that run."""
        self.export_panel.set_run(run_directory)
        self.setCurrentWidget(self.export_panel)

    @Slot()
    def export(self) -> None:
        """Bring the Export tab forward and ask where its run shall be written."""
        self.setCurrentWidget(self.export_panel)
        self.export_panel.choose_file()

    @Slot(object)
    def show_explore(self, run_directory: Path) -> None:
        """Bring the Explore tab forward with that run."""
        self._run_to_explore = run_directory
        self.setCurrentWidget(self.explore_panel)
        self._open_space()

    @Slot()
    def _open_space(self) -> None:
        """Read the embeddings once the Explore tab is looked at: they take memory."""
        if self.currentWidget() is self.explore_panel and self._run_to_explore is not None:
            self.explore_panel.set_run(self._run_to_explore)
            self._run_to_explore = None

    @Slot()
    def _on_graph_loaded(self) -> None:
        whole = self._state.document.whole
        if whole is not None:
            self.training_panel.set_node_types(whole.node_types)

    @Slot(str)
    def _on_session_state(self, state: str) -> None:
        session = self._state.session
        if state == "running":
            self.setCurrentWidget(self.training_panel)
            self.training_panel.setFocus()
        elif state == "done" and session.directory is not None:
            self.export_panel.set_run(session.directory)
            self._run_to_explore = session.directory
            self._open_space()
        self.runs_panel.set_active_run(session.directory if session.is_active else None)
        if not session.is_active:
            self.runs_panel.refresh()

    @Slot()
    def _on_estimate(self) -> None:
        """The chart draws what is measured, the program itself included where it cannot be told apart."""
        estimate, program_bytes = self._memory.estimate, self._memory.program_bytes
        self.training_panel.set_limit(self._memory.budget_bytes + program_bytes)
        self.training_panel.set_estimate(estimate.needed_bytes + program_bytes if estimate else None)
