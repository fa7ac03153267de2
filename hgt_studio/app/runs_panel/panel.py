"""The Runs tab."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFile, Qt, Signal, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from hgt_studio.app.background import start_task
from hgt_studio.app.errors import show_error
from hgt_studio.app.preferences import Preferences
from hgt_studio.app.runs_panel.details import Details
from hgt_studio.app.runs_panel.run_record import RunRecord, read_runs, write_notes
from hgt_studio.app.runs_panel.runs_model import RunsModel
from hgt_studio.app.runs_panel.runs_table import RunsTable
from hgt_studio.app.system.reveal import reveal, reveal_words
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.errors import HgtStudioError, RunDirectoryError

_WIDE: Final = 10_000  # a splitter shrinks its sizes to what there is


class RunsPanel(QWidget):
    """The runs of the runs folder, read anew whenever the tab is shown.

    resume_requested: an interrupted run shall go on; open_requested, explore_requested: the embeddings of a run
    are wanted, as a file or to look at.
    """

    resume_requested = Signal(object)  # Path
    open_requested = Signal(object)  # Path
    explore_requested = Signal(object)  # Path

    def __init__(self, *, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._reading: asyncio.Task[None] | None = None
        self.runs = RunsModel(self)
        self.table, self.details = RunsTable(self.runs), Details()
        self._make_actions()
        self._empty = SecondaryLabel()
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.table.selection_changed.connect(self._on_selection_changed)
        self.runs.notes_edited.connect(self._write_notes)
        self._show_runs([])

    @Slot()
    def refresh(self) -> None:
        """Read the runs folder again, in a thread."""
        if self._reading is not None:
            self._reading.cancel()  # an older answer must not come after a newer one
        self._reading = start_task(self._read())

    @Slot(object)
    def set_active_run(self, directory: Path | None) -> None:
        """The run that is under way: it can be neither resumed nor deleted."""
        self.runs.show_active(directory)
        self._on_selection_changed()

    async def _read(self) -> None:
        folder = self._preferences.runs_folder()
        try:
            self._show_runs(await asyncio.to_thread(read_runs, folder))
        except HgtStudioError as error:
            show_error(self, error)

    def _show_runs(self, runs: list[RunRecord]) -> None:
        selected = self.table.selected()
        self.runs.show_runs(runs)
        self.table.select(selected or runs[:1])
        self._empty.setText(f"Runs appear here once you train; they are kept in\n{self._preferences.runs_folder()}")
        self._stack.setCurrentIndex(1 if runs else 0)
        self._on_selection_changed()

    def _make_actions(self) -> None:
        self.resume = self._add_action("Resume", "Go on with this run from its last checkpoint", self._resume)
        self.explore = self._add_action("Explore", "Look at the embeddings of this run", self._explore)
        self.export = self._add_action("Export...", "Write the embeddings of this run in another format", self._export)
        self.reveal = self._add_action(reveal_words(), "Show the folder of this run", self._reveal)
        self.delete = self._add_action("Delete...", "Move the folders of these runs to the bin", self._ask_to_delete)

    def _add_action(self, words: str, help_text: str, call: Callable[[], None]) -> QAction:
        action = QAction(words, self, toolTip=help_text)
        action.triggered.connect(lambda _=False: call())
        self.table.addAction(action)
        return action

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for action in (self.resume, self.explore, self.export, self.reveal, self.delete):
            buttons.addWidget(_button(action))
        buttons.addStretch(1)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.table)
        splitter.addWidget(self.details)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(16)
        splitter.setSizes([2 * _WIDE, 3 * _WIDE])
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(buttons)
        column.addWidget(splitter, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(page)

    @Slot()
    def _on_selection_changed(self) -> None:
        selected = self.table.selected()
        idle = [run for run in selected if not self.runs.is_active(run)]
        one = selected[0] if len(selected) == 1 else None
        self.resume.setEnabled(bool(one and idle and one.state == "interrupted"))
        self.export.setEnabled(bool(one and one.checkpoints))
        self.explore.setEnabled(bool(one and one.state == "finished"))
        self.reveal.setEnabled(one is not None)
        self.delete.setEnabled(bool(selected) and len(idle) == len(selected))
        self.runs.show_colours({run.directory: number for number, run in enumerate(selected)})
        newest = [run for run in self.runs.runs if run is not one][:1]
        self.details.show_runs(selected, [one, *newest] if one else selected)

    def _resume(self) -> None:
        self.resume_requested.emit(self.table.selected()[0].directory)

    def _export(self) -> None:
        self.open_requested.emit(self.table.selected()[0].directory)

    def _explore(self) -> None:
        self.explore_requested.emit(self.table.selected()[0].directory)

    def _reveal(self) -> None:
        reveal(self.table.selected()[0].directory)

    def _ask_to_delete(self) -> None:
        runs = self.table.selected()
        what = f"the run '{runs[0].name}'" if len(runs) == 1 else f"{len(runs)} runs"
        box = QMessageBox(QMessageBox.Icon.Question, "Delete runs", f"Move {what} to the bin?", parent=self)
        box.setInformativeText("Checkpoints, embeddings and notes go with it.")
        box.addButton(QMessageBox.StandardButton.Cancel)
        accept = box.addButton("Move to Bin", QMessageBox.ButtonRole.DestructiveRole)
        accept.clicked.connect(lambda: self._delete(runs))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _delete(self, runs: list[RunRecord]) -> None:
        for run in runs:
            if not QFile.moveToTrash(str(run.directory)):
                show_error(self, RunDirectoryError(f"{run.directory}: cannot be moved to the bin; delete it by hand"))
        self.refresh()

    @Slot(object, str)
    def _write_notes(self, run: RunRecord, notes: str) -> None:
        try:
            write_notes(run.directory, notes)
        except HgtStudioError as error:
            show_error(self, error)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()


def _button(action: QAction) -> QPushButton:
    """A button that does what the action does, while it can be done."""
    button = QPushButton(action.text())
    button.setToolTip(action.toolTip())
    button.clicked.connect(action.trigger)
    action.enabledChanged.connect(button.setEnabled)
    return button
