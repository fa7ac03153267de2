"""A table of kinds, node types or relations: each with a check box that says whether it is kept, figures and a bar."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from hgt_studio.app.data_panel.kinds import Column, Kind
from hgt_studio.app.theme import theme
from hgt_studio.app.widgets.bar_delegate import BAR_ROLE, Bar
from hgt_studio.app.wording import count_text

SORT_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class KindsModel(QAbstractTableModel):
    """The kinds of the graph in front; what is kept comes from outside, a click on a check box only asks for it."""

    checks_asked = Signal(object, bool)  # tuple of names, whether to keep them

    def __init__(self, title: str, columns: Sequence[Column], parent: QObject) -> None:
        super().__init__(parent)
        name = Column(title, "What is unchecked is left out of training", is_figure=False)
        self._columns = (name, *columns, Column("", "", is_figure=False))
        self._kinds: Sequence[Kind] = ()
        self._checked: Collection[str] = ()
        self._kept: Mapping[str, int] = {}
        self._longest = 1
        self._is_locked = False

    def show_kinds(self, kinds: Sequence[Kind]) -> None:
        """Show another graph; `show_kept` follows."""
        self.beginResetModel()
        self._kinds, self._checked, self._kept = kinds, (), {}
        self._longest = max((kind.count for kind in kinds), default=0) or 1
        self.endResetModel()

    def show_kept(self, checked: Collection[str], kept: Mapping[str, int]) -> None:
        """Show which kinds are checked, and how much of the count of each is kept (0 or absent: nothing)."""
        if (checked, kept) != (self._checked, self._kept):  # most edits of settings leave the filters alone
            self._checked, self._kept = checked, kept
            self._tell_changed()

    def set_locked(self, locked: bool) -> None:
        """While locked no check box can be clicked."""
        self._is_locked = locked
        self._tell_changed()

    def ask_to_turn(self, rows: Sequence[int]) -> None:
        """Ask to uncheck these rows if all are checked, else to check them."""
        names = tuple(self._kinds[row].name for row in rows)
        if names and not self._is_locked:
            self.checks_asked.emit(names, not all(name in self._checked for name in names))

    def columns(self) -> Sequence[Column]:
        """All of them, the name first and the bar last."""
        return self._columns

    def _tell_changed(self) -> None:
        if self._kinds:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._kinds) - 1, len(self._columns) - 1))

    def _text(self, kind: Kind, column: int) -> str:
        value = (kind.name, *kind.cells, "")[column]
        return value if isinstance(value, str) else count_text(value) if isinstance(value, int) else f"{value:,.1f}"

    def _sort_key(self, kind: Kind, column: int) -> int | float | str:
        return (kind.name.casefold(), *kind.cells, kind.count)[column]

    def _bar(self, kind: Kind) -> Bar:
        kept = self._kept.get(kind.name, 0)
        return Bar(kind.count / self._longest, kept / self._longest, kind.colour or theme().accent)

    def _tool_tip(self, kind: Kind, column: int) -> str:
        if column == len(self._columns) - 1:
            return f"{count_text(self._kept.get(kind.name, 0))} of {count_text(kind.count)} kept"
        return kind.details if column == 0 else self._text(kind, column)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._kinds)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        if orientation == Qt.Orientation.Vertical:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._columns[section].title
            case Qt.ItemDataRole.ToolTipRole:
                return self._columns[section].help
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if self._columns[section].is_figure else _LEFT
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == 0 and not self._is_locked:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: _Index, role: int = 0) -> Any:
        kind, column = self._kinds[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(kind, column)
            case Qt.ItemDataRole.CheckStateRole if column == 0:
                return Qt.CheckState.Checked if kind.name in self._checked else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.DecorationRole if column == 0:
                return kind.colour
            case Qt.ItemDataRole.TextAlignmentRole if self._columns[column].is_figure:
                return _RIGHT
            case Qt.ItemDataRole.ForegroundRole if not self._kept.get(kind.name):
                return theme().secondary_text
            case Qt.ItemDataRole.ToolTipRole:
                return self._tool_tip(kind, column)
            case _ if role == SORT_ROLE:
                return self._sort_key(kind, column)
            case _ if role == BAR_ROLE and column == len(self._columns) - 1:
                return self._bar(kind)
        return None

    def setData(self, index: _Index, value: Any, role: int = 0) -> bool:  # noqa: N802
        if role != Qt.ItemDataRole.CheckStateRole or self._is_locked:
            return False
        name = self._kinds[index.row()].name
        self.checks_asked.emit((name,), Qt.CheckState(value) == Qt.CheckState.Checked)
        return True
