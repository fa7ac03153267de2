"""The view of a `RunsModel`: sorted by a click on a header, several runs can be selected."""

from PySide6.QtCore import QItemSelectionModel, QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from hgt_studio.app.runs_panel.run_columns import COLUMNS, DATE, NOTES
from hgt_studio.app.runs_panel.run_record import RunRecord
from hgt_studio.app.runs_panel.runs_model import SORT_ROLE, RunsModel
from hgt_studio.app.widgets.tabular_figures import use_tabular_figures

_NAME_WIDTH, _NOTES_WIDTH = 184, 160


class RunsTable(QTableView):
    """selection_changed: other runs are selected, or none."""

    selection_changed = Signal()

    def __init__(self, runs: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(runs)
        self._sorted.setSortRole(SORT_ROLE)
        self.setModel(self._sorted)
        self.setAccessibleName("Runs")
        self.setSortingEnabled(True)
        self.sortByColumn(COLUMNS.index(DATE), Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self._share_width()
        use_tabular_figures(self)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

    def selected(self) -> list[RunRecord]:
        """The selected runs in the order of the table."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._runs.runs[self._sorted.mapToSource(self._sorted.index(row, 0)).row()] for row in rows]

    def select(self, runs: list[RunRecord]) -> None:
        """Select the runs of these directories, as far as they are still there."""
        wanted = {run.directory for run in runs}
        for row, run in enumerate(self._runs.runs):
            if run.directory in wanted:
                index = self._sorted.mapFromSource(self._runs.index(row, 0))
                flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
                self.selectionModel().select(index, flags)

    def _share_width(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        for column in range(len(COLUMNS)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for column, width in ((0, _NAME_WIDTH), (COLUMNS.index(NOTES), _NOTES_WIDTH)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)
        header.setStretchLastSection(True)
