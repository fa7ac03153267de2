"""What the actions of menus and toolbar do: dialogs for files, and calls of the state objects."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from hgt_studio.app.about import show_about
from hgt_studio.app.actions import Actions
from hgt_studio.app.background import start_task
from hgt_studio.app.diagnostics import write_diagnostics
from hgt_studio.app.errors import show_error
from hgt_studio.app.logs import log_folder
from hgt_studio.app.settings_panel import as_command_line, as_python, open_settings, save_settings
from hgt_studio.app.state.app_state import AppState
from hgt_studio.errors import HgtStudioError


class Commands(QObject):
    """Connects the actions that need no panel; `window` is the parent of their dialogs."""

    def __init__(self, state: AppState, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        for action, call in (
            (actions.cancel_loading, state.document.cancel),
            (actions.open_settings, self._open_settings),
            (actions.save_settings, self._save_settings),
            (actions.copy_command_line, self._copy_command_line),
            (actions.copy_python, self._copy_python),
            (actions.choose_runs_folder, self._choose_runs_folder),
            (actions.save_diagnostics, self._save_diagnostics),
            (actions.about, self._show_about),
        ):
            action.triggered.connect(call)

    def open_graph(self, path: Path) -> None:
        """Open a graph file, as soon as the engine is there."""
        start_task(self._open_graph(path))

    def open_sample(self) -> None:
        """Open the sample graph, as soon as the engine is there."""
        start_task(self._open_sample())

    async def _open_graph(self, path: Path) -> None:
        await self._state.engine.started_up()
        await self._state.document.open(path, self._state.settings.config.data)

    async def _open_sample(self) -> None:
        await self._state.engine.started_up()
        await self._state.document.open_sample(self._state.settings.config.data)

    @Slot()
    def _open_settings(self) -> None:
        open_settings(self._window, self._state.settings)

    @Slot()
    def _save_settings(self) -> None:
        save_settings(self._window, self._state.settings)

    @Slot()
    def _copy_command_line(self) -> None:
        _copy(as_command_line(self._state.settings.config, self._state.document.path))

    @Slot()
    def _copy_python(self) -> None:
        _copy(as_python(self._state.settings.config, self._state.document.path))

    @Slot()
    def _choose_runs_folder(self) -> None:
        preferences = self._state.preferences
        dialog = QFileDialog(self._window, "Folder for runs", str(preferences.runs_folder()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._set_runs_folder)
        _open(dialog)

    @Slot(str)
    def _set_runs_folder(self, folder: str) -> None:
        self._state.preferences.set_runs_folder(Path(folder))

    @Slot()
    def _save_diagnostics(self) -> None:
        dialog = QFileDialog(self._window, "Save diagnostics", str(Path.home() / "hgt-studio-diagnostics.zip"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._write_diagnostics)
        _open(dialog)

    @Slot(str)
    def _write_diagnostics(self, path: str) -> None:
        start_task(self._write_diagnostics_in_thread(Path(path)))

    async def _write_diagnostics_in_thread(self, path: Path) -> None:
        config, info = self._state.settings.config, self._state.engine.info
        try:
            await asyncio.to_thread(write_diagnostics, path, log_folder(), config, info)
        except HgtStudioError as error:
            show_error(self._window, error)

    @Slot()
    def _show_about(self) -> None:
        show_about(self._window, self._state.engine.info)


def _open(dialog: QFileDialog) -> None:
    """Show a dialog without stopping the loop; it goes when it is closed."""
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
