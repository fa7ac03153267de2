"""The first rows of a table; the header of a column tells the part it plays."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from hgt_studio.app.theme import theme

if TYPE_CHECKING:
    from hgt_studio.graph.table_preview import TablePreview

_Index = QModelIndex | QPersistentModelIndex


class PreviewModel(QAbstractTableModel):
    """Columns without a part step back."""

    def __init__(self, preview: "TablePreview", parent: QObject) -> None:
        super().__init__(parent)
        self._preview = preview
        self._roles: Mapping[str, str] = {}

    def show_roles(self, roles: Mapping[str, str]) -> None:
        """Show which column plays which part. roles: from a column's name to the part in words."""
        self._roles = roles
        last = len(self._preview.columns) - 1
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, last))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._preview.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._preview.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        if orientation == Qt.Orientation.Vertical or role != Qt.ItemDataRole.DisplayRole:
            return None
        column = self._preview.columns[section]
        return f"{column}\n{self._roles.get(column, 'not used')}"

    def data(self, index: _Index, role: int = 0) -> Any:
        row = self._preview.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row[index.column()] if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.ForegroundRole and self._preview.columns[index.column()] not in self._roles:
            return theme().secondary_text
        return None
