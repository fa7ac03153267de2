"""The menu bar, in the platform's order: Qt moves About, Settings and Quit into the application menu on macOS."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QKeySequence, QUndoGroup
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from hgt_studio.app.actions import Actions, Keys
from hgt_studio.app.preferences import Preferences


class RecentMenu(QMenu):
    """The recent files, the newest first."""

    file_chosen = Signal(object)  # Path

    def __init__(self, preferences: Preferences, parent: QWidget) -> None:
        super().__init__("Open Recent", parent)
        self._preferences = preferences
        self.aboutToShow.connect(self._fill)
        self.triggered.connect(self._tell)
        preferences.recent_files_changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        for path in self._preferences.recent_files:
            action = self.addAction(path.name)
            action.setToolTip(str(path))
            action.setData(str(path))
        self.setToolTipsVisible(True)
        self.setEnabled(not self.isEmpty())
        self.addSeparator()
        self.addAction("Clear Menu", self._preferences.clear_recent_files)

    def _tell(self, action: QAction) -> None:
        if action.data():
            self.file_chosen.emit(Path(action.data()))


def build_menus(
    window: QMainWindow, actions: Actions, recent: RecentMenu, undo: QUndoGroup, tabs: Sequence[QAction]
) -> None:
    """Fill the window's menu bar; `tabs` are the actions that choose the tabs."""
    bar = window.menuBar()
    a = actions
    _fill(bar.addMenu("&File"), (
        a.open, recent, a.open_sample, None, a.open_settings, a.save_settings, None,
        a.export, a.choose_runs_folder, None, a.quit,
    ))  # fmt: skip
    undo_action, redo_action = undo.createUndoAction(window, "Undo"), undo.createRedoAction(window, "Redo")
    undo_action.setShortcut(QKeySequence(Keys.Undo))
    redo_action.setShortcut(QKeySequence(Keys.Redo))
    _fill(bar.addMenu("&Edit"), (undo_action, redo_action, None, a.copy_command_line, a.copy_python))
    _fill(bar.addMenu("&View"), (*tabs, None, a.show_settings))
    _fill(bar.addMenu("&Run"), (a.train, a.pause, a.stop, a.finish, None, a.fit_memory, a.cancel_loading))
    _fill(bar.addMenu("&Help"), (a.save_diagnostics, a.about))


def _fill(menu: QMenu, items: Sequence[QAction | QMenu | None]) -> None:
    for item in items:
        if item is None:
            menu.addSeparator()
        elif isinstance(item, QMenu):
            menu.addMenu(item)
        else:
            menu.addAction(item)
