"""The view of a `KindsModel`: sorted by a click on a header, Space checks the selected rows."""

from PySide6.QtCore import QEvent, QSortFilterProxyModel, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from hgt_studio.app.data_panel.kinds_model import SORT_ROLE, KindsModel
from hgt_studio.app.widgets.bar_delegate import BarDelegate
from hgt_studio.app.widgets.tabular_figures import use_tabular_figures

_BAR_WIDTH = 72
_ROOMY_CHARACTERS = 60


class KindsTable(QTableView):
    """Node types or relations, sorted by their count at first; long names are cut in the middle."""

    def __init__(self, model: KindsModel, name: str, count_column: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds = model
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(model)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setDynamicSortFilter(False)  # what is kept changes often, names and counts never
        self.setModel(self._sorted)
        self.setAccessibleName(name)
        self.setSortingEnabled(True)
        self.setItemDelegateForColumn(model.columnCount() - 1, BarDelegate(self))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setHighlightSections(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        use_tabular_figures(self)
        self._share_width()
        model.modelReset.connect(self._measure)
        self.sortByColumn(count_column, Qt.SortOrder.DescendingOrder)

    def _share_width(self) -> None:
        """The bar gets the same always, figures what they need, words the rest."""
        header, last = self.horizontalHeader(), len(self._kinds.columns()) - 1
        for number, column in enumerate(self._kinds.columns()[:last]):
            mode = QHeaderView.ResizeMode.Fixed if column.is_figure else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(number, mode)
        header.setSectionResizeMode(last, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(last, _BAR_WIDTH)

    def _measure(self) -> None:
        """Once for a graph and a font: Qt's own mode would measure at every change of what is kept."""
        for number, column in enumerate(self._kinds.columns()):
            if column.is_figure:
                self.resizeColumnToContents(number)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        is_narrow = event.size().width() < _ROOMY_CHARACTERS * self.fontMetrics().averageCharWidth()
        for number, column in enumerate(self._kinds.columns()):
            self.setColumnHidden(number, is_narrow and column.is_optional)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._measure()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)
            return
        self._kinds.ask_to_turn(
            [self._sorted.mapToSource(index).row() for index in self.selectionModel().selectedRows()]
        )
