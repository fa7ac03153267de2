"""The table of runs. Notes can be edited; a colour marks the runs whose curves are drawn."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from hgt_studio.app.runs_panel.run_columns import COLUMNS, NOTES, STATE
from hgt_studio.app.runs_panel.run_record import RunRecord
from hgt_studio.app.theme import theme

SORT_ROLE: Final = Qt.ItemDataRole.UserRole
RUNNING: Final = "running"
_Index = QModelIndex | QPersistentModelIndex
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RunsModel(QAbstractTableModel):
    """notes_edited: the run and the new text; the model shows them when the runs are read again."""

    notes_edited = Signal(object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.runs: Sequence[RunRecord] = ()
        self._colours: Mapping[Path, int] = {}
        self._active: Path | None = None

    def show_runs(self, runs: Sequence[RunRecord]) -> None:
        """Show these runs."""
        self.beginResetModel()
        self.runs = runs
        self.endResetModel()

    def show_colours(self, colours: Mapping[Path, int]) -> None:
        """Mark runs with the colours of their curves."""
        self._colours = colours
        self._tell_changed()

    def show_active(self, directory: Path | None) -> None:
        """The run that is under way."""
        self._active = directory
        self._tell_changed()

    def is_active(self, run: RunRecord) -> bool:
        """Whether a run is under way."""
        return run.directory == self._active

    def _tell_changed(self) -> None:
        if self.runs:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.runs) - 1, len(COLUMNS) - 1))

    def _text(self, run: RunRecord, column: int) -> str:
        is_running = COLUMNS[column] is STATE and self.is_active(run)
        return RUNNING if is_running else COLUMNS[column].text(run)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        if orientation == Qt.Orientation.Vertical:
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.help
            case Qt.ItemDataRole.TextAlignmentRole if column.is_figure:
                return _RIGHT
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if COLUMNS[index.column()] is NOTES else flags

    def data(self, index: _Index, role: int = 0) -> Any:
        run, column = self.runs[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return self._text(run, column)
            case Qt.ItemDataRole.EditRole if COLUMNS[column] is NOTES:
                return run.notes
            case Qt.ItemDataRole.DecorationRole if column == 0 and run.directory in self._colours:
                return theme().series(self._colours[run.directory])
            case Qt.ItemDataRole.TextAlignmentRole if COLUMNS[column].is_figure:
                return _RIGHT
            case Qt.ItemDataRole.ForegroundRole if COLUMNS[column].is_metric and _is_validation(run):
                return theme().secondary_text
            case _ if role == SORT_ROLE:
                return COLUMNS[column].key(run)
        return None

    def setData(self, index: _Index, value: Any, role: int = 0) -> bool:  # noqa: N802
        if role != Qt.ItemDataRole.EditRole or value == self.runs[index.row()].notes:
            return False
        self.notes_edited.emit(self.runs[index.row()], value)
        return True


def _is_validation(run: RunRecord) -> bool:
    return run.judged is not None and run.judged.edges == "validation"
