"""The window: panels side by side, wired to the state objects and to one another's signals."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QUndoGroup
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout

from hgt_studio.app.actions import Actions
from hgt_studio.app.banner import Banner
from hgt_studio.app.commands import Commands
from hgt_studio.app.errors import show_error
from hgt_studio.app.memory_panel import MemoryStrip
from hgt_studio.app.menus import RecentMenu, build_menus
from hgt_studio.app.presenter import Presenter
from hgt_studio.app.quit_question import QuitQuestion
from hgt_studio.app.run_control import RunControl
from hgt_studio.app.run_manners import RunManners
from hgt_studio.app.settings_panel import SettingsPanel
from hgt_studio.app.side_rail import SideRail
from hgt_studio.app.state.app_state import AppState
from hgt_studio.app.state.graph_loading import sample_path
from hgt_studio.app.tabs import Tabs
from hgt_studio.app.toolbar import ToolBar
from hgt_studio.app.widgets.graph_file_drop import GraphFileDrop
from hgt_studio.errors import HgtStudioError

_SMALLEST: Final = (1024, 700)
_FIRST_SIZE: Final = (1280, 800)
_FOLD_BELOW_WIDTH: Final = 1100


class MainWindow(QMainWindow):
    """The one window. Closing it while a run is under way asks first."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.setWindowTitle("HGT Studio")
        self.setMinimumSize(*_SMALLEST)
        self._state = state
        self.actions_ = Actions(self)
        self.commands = Commands(state, self.actions_, self)
        self.run_control = RunControl(state.document, state.settings, state.session, state.preferences, self)
        self._manners = RunManners(state.session, self)
        self._quit_question = QuitQuestion(state.session, self)
        self._make_panels()
        self._lay_out()
        self._make_menus()
        self.presenter = Presenter(state, self.actions_, self.toolbar, self.banner, self.run_control, self._manners)
        self._is_complete = False
        self.resize(*_FIRST_SIZE)
        self.restoreGeometry(state.preferences.window_geometry)

    @Slot()
    def complete(self) -> None:
        """Make what is not seen at first, once the window stands on the screen, and start the engine."""
        self.tabs.complete(self.memory_strip.model)
        self._connect_panels()
        self._is_complete = True
        self._state.engine.start()

    @Slot(object)
    def open_graph(self, path: Path) -> None:
        """Open a graph file and bring the Data tab forward."""
        self.toolbar.show_graph(f"{path.name} opens as soon as the engine is loaded")
        self.tabs.setCurrentWidget(self.tabs.data_panel)
        self.commands.open_graph(path)

    def _make_panels(self) -> None:
        state = self._state
        self.toolbar = ToolBar(self.actions_, self)
        self.addToolBar(self.toolbar)
        self.settings_panel = SettingsPanel(settings=state.settings)
        self.side_rail = SideRail(self.settings_panel)
        self.banner = Banner()
        self.tabs = Tabs(state)
        self.memory_strip = MemoryStrip(
            settings=state.settings, document=state.document, session=state.session, engine=state.engine
        )

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.addWidget(self.banner)
        middle.addWidget(self.tabs, stretch=1)
        upper = QHBoxLayout()
        upper.addWidget(self.side_rail)
        upper.addLayout(middle, stretch=1)
        self._drop_area = GraphFileDrop()
        whole = QVBoxLayout(self._drop_area)
        whole.addLayout(upper, stretch=1)
        whole.addWidget(self.memory_strip)
        for layout in (middle, upper, whole):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.setCentralWidget(self._drop_area)

    def _make_menus(self) -> None:
        recent = RecentMenu(self._state.preferences, self)
        recent.file_chosen.connect(self.open_graph)
        tab_actions = []
        for index in range(self.tabs.count()):
            action = QAction(self.tabs.tabText(index), self)
            action.setShortcut(QKeySequence(f"Ctrl+{index + 1}"))
            action.setData(index)
            tab_actions.append(action)
            action.triggered.connect(self._choose_tab_of_action)
        self._undo = QUndoGroup(self)
        self._undo.addStack(self._state.settings.undo_stack)
        self._undo.setActiveStack(self._state.settings.undo_stack)
        build_menus(self, self.actions_, recent, self._undo, tab_actions)

    def _connect_panels(self) -> None:
        state, actions = self._state, self.actions_
        state.engine.ready.connect(self.settings_panel.set_engine_info)
        state.engine.ready.connect(self.memory_strip.set_engine_info)
        state.document.loaded.connect(self._remember_graph)
        state.settings.locked_changed.connect(self._on_settings_locked)
        self._drop_area.file_dropped.connect(self.open_graph)
        self._drop_area.files_refused.connect(self._show_error)
        self.tabs.data_panel.open_requested.connect(self.open_graph)
        self.tabs.data_panel.sample_requested.connect(self.commands.open_sample)
        self.settings_panel.new_run_requested.connect(state.session.stop)
        self.tabs.less_memory_requested.connect(self.memory_strip.fit_to_memory)
        self.tabs.resume_requested.connect(self.run_control.resume_run)
        self.memory_strip.verdict_changed.connect(self.toolbar.show_verdict)
        self.presenter.export_asked.connect(self.tabs.show_export)
        self.presenter.explore_asked.connect(self.tabs.show_explore)
        self.presenter.less_memory_asked.connect(self.memory_strip.fit_to_memory)
        self.run_control.failed.connect(self._show_error)
        actions.train.triggered.connect(self.run_control.train)
        actions.pause.triggered.connect(self.run_control.toggle_pause)
        actions.stop.triggered.connect(state.session.stop)
        actions.finish.triggered.connect(state.session.finish)
        actions.export.triggered.connect(self.tabs.export)
        actions.fit_memory.triggered.connect(self.memory_strip.fit_to_memory)
        actions.show_settings.triggered.connect(self._show_settings)
        actions.quit.triggered.connect(self.close)

    @Slot()
    def _remember_graph(self) -> None:
        path = self._state.document.path
        if path is not None and path != sample_path():
            self._state.preferences.add_recent_file(path)

    @Slot(bool)
    def _on_settings_locked(self, locked: bool) -> None:
        self._undo.setActiveStack(None if locked else self._state.settings.undo_stack)  # type: ignore[arg-type]

    @Slot()
    def _choose_tab_of_action(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.tabs.setCurrentIndex(action.data())

    @Slot()
    def _show_settings(self) -> None:
        self.side_rail.set_folded(False)
        self.settings_panel.focus_search()

    @Slot(object)
    def _show_error(self, error: HgtStudioError | str) -> None:
        show_error(self, error)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if not self._quit_question.may_close():
            event.ignore()
            return
        self._state.preferences.window_geometry = self.saveGeometry()
        self._state.document.cancel()
        if self._is_complete:
            self.tabs.export_panel.exporter.cancel()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        was_narrow, is_narrow = (size.width() < _FOLD_BELOW_WIDTH for size in (event.oldSize(), event.size()))
        if was_narrow != is_narrow:  # in between, the user's own choice stays
            self.side_rail.set_folded(is_narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and self.actions_.pause.isEnabled():  # no shortcut: buttons need the key
            self.actions_.pause.trigger()
        else:
            super().keyPressEvent(event)
