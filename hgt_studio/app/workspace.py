"""What fills the window: panels, wired to the state objects and to one another's signals."""

from PySide6.QtCore import QObject, Slot

from hgt_studio.app.commands import Commands
from hgt_studio.app.errors import show_error
from hgt_studio.app.memory_panel import MemoryStrip
from hgt_studio.app.presenter import Presenter
from hgt_studio.app.quit_question import QuitQuestion
from hgt_studio.app.run_control import RunControl
from hgt_studio.app.run_manners import RunManners
from hgt_studio.app.settings_panel import SettingsPanel
from hgt_studio.app.state.app_state import AppState
from hgt_studio.app.state.graph_loading import sample_path
from hgt_studio.app.window import MainWindow
from hgt_studio.errors import HgtStudioError


class Workspace(QObject):
    """The panels in sight are there from the beginning; `make_other_panels` follows once."""

    def __init__(self, window: MainWindow, state: AppState) -> None:
        super().__init__(window)
        self.state, self._window, self.tabs = state, window, window.tabs
        self.commands = Commands(state, window.actions_, window)
        self.run_control = RunControl(state.document, state.settings, state.session, state.preferences, self)
        manners = RunManners(state.session, window)
        self._quit_question = QuitQuestion(state.session, window)
        self.settings_panel = SettingsPanel(settings=state.settings)
        window.side_rail.put(self.settings_panel)
        self.memory_strip = MemoryStrip(
            settings=state.settings, document=state.document, session=state.session, engine=state.engine
        )
        window.put_strip(self.memory_strip)
        self.tabs.fill(state, self.memory_strip.model)
        self._presenter = Presenter(state, window.actions_, window.toolbar, window.banner, self.run_control, manners)
        window.undo_group.addStack(state.settings.undo_stack)
        window.undo_group.setActiveStack(state.settings.undo_stack)

    async def make_other_panels(self) -> None:
        """Make what is behind the other tabs; the window answers in between."""
        await self.tabs.make_others()
        self._connect_panels()
        self._connect_actions()

    def may_close(self) -> bool:
        """Whether the window can close now; if not, the user is asked."""
        return self._quit_question.may_close()

    def cancel_all(self) -> None:
        """Stop what goes on beside a run: the window closes."""
        self.state.document.cancel()
        self.tabs.export_panel.exporter.cancel()

    def _connect_panels(self) -> None:
        window, state = self._window, self.state
        state.engine.ready.connect(self.settings_panel.set_engine_info)
        state.engine.ready.connect(self.memory_strip.set_engine_info)
        state.document.loaded.connect(self._remember_graph)
        state.settings.locked_changed.connect(self._on_settings_locked)
        window.drop_area.files_refused.connect(self._show_error)
        self.tabs.data_panel.open_requested.connect(window.open_graph)
        self.settings_panel.new_run_requested.connect(state.session.stop)
        self.tabs.resume_requested.connect(self.run_control.resume_run)
        self.memory_strip.verdict_changed.connect(window.toolbar.show_verdict)
        self._presenter.export_asked.connect(self.tabs.show_export)
        self._presenter.explore_asked.connect(self.tabs.show_explore)
        self._presenter.less_memory_asked.connect(self.memory_strip.fit_to_memory)
        self.run_control.failed.connect(self._show_error)

    def _connect_actions(self) -> None:
        actions, session = self._window.actions_, self.state.session
        actions.train.triggered.connect(self.run_control.train)
        actions.pause.triggered.connect(self.run_control.toggle_pause)
        actions.stop.triggered.connect(session.stop)
        actions.finish.triggered.connect(session.finish)
        actions.export.triggered.connect(self.tabs.export)
        actions.fit_memory.triggered.connect(self.memory_strip.fit_to_memory)
        actions.show_settings.triggered.connect(self._show_settings)

    @Slot()
    def _remember_graph(self) -> None:
        path = self.state.document.path
        if path is not None and path != sample_path():
            self.state.preferences.add_recent_file(path)

    @Slot(bool)
    def _on_settings_locked(self, locked: bool) -> None:
        undo_stack = None if locked else self.state.settings.undo_stack
        self._window.undo_group.setActiveStack(undo_stack)  # type: ignore[arg-type]

    @Slot()
    def _show_settings(self) -> None:
        self._window.side_rail.set_folded(False)
        self.settings_panel.focus_search()

    @Slot(object)
    def _show_error(self, error: HgtStudioError | str) -> None:
        show_error(self._window, error)
