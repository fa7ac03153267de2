"""A short table of nodes: name, type and a figure; a click or Return goes to the node, and it can be copied."""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from hgt_studio.app.widgets.tabular_figures import use_tabular_figures


class NodeRow(NamedTuple):
    """A row: the node, what it is called, its id and type, its figure, and a remark."""

    node: int
    name: str
    id: str
    type_name: str
    figure: float
    remark: str = ""


class NodeTable(QTableView):
    """node_chosen: by a double click or Return."""

    node_chosen = Signal(int)

    def __init__(self, name: str, figure: str, remark: str = "") -> None:
        super().__init__()
        self._titles = ["Node", "Type", figure, *([remark] if remark else [])]
        self._rows: list[NodeRow] = []
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        use_tabular_figures(self)
        self.doubleClicked.connect(self._choose)
        self.show_rows([])

    def show_rows(self, rows: Sequence[NodeRow]) -> None:
        """Show these in place of what was there."""
        self._rows = list(rows)
        self._items.clear()
        self._items.setHorizontalHeaderLabels(self._titles)
        for row in rows:
            texts = [row.name, row.type_name, f"{row.figure:.3f}", *([row.remark] if len(self._titles) > 3 else [])]
            cells = [QStandardItem(text) for text in texts]
            cells[0].setToolTip(f"{row.name} ({row.id})")
            cells[2].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._items.appendRow(cells)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def as_csv(self) -> str:
        """The table as text that a spreadsheet takes."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["id", *(title.lower() for title in self._titles)])
        writer.writerows(
            [row.id, row.name, row.type_name, row.figure, row.remark][: len(self._titles) + 1] for row in self._rows
        )
        return text.getvalue()

    def copy(self) -> None:
        """Put the table on the clipboard."""
        QGuiApplication.clipboard().setText(self.as_csv())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.node_chosen.emit(self._rows[index.row()].node)
