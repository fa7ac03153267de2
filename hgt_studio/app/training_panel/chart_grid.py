"""Charts two by two where there is room, else one below the other in a column that scrolls."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

_LEAST_WIDTH, _LEAST_HEIGHT, _COLUMN_HEIGHT = 400, 200, 264
_GAP: Final = 16


class ChartGrid(QScrollArea):
    """Holds four charts."""

    def __init__(self, charts: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._charts = charts
        page = QWidget()
        self._layout = QGridLayout(page)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(_GAP)
        self.setWidget(page)
        self.is_one_column: bool | None = None
        self._arrange(is_one_column=False)

    def _arrange(self, *, is_one_column: bool) -> None:
        if is_one_column == self.is_one_column:
            return
        self.is_one_column = is_one_column
        for number, chart in enumerate(self._charts):
            row, column = (number, 0) if is_one_column else divmod(number, 2)
            chart.setMinimumHeight(_COLUMN_HEIGHT if is_one_column else _LEAST_HEIGHT)
            self._layout.addWidget(chart, row, column)
        for index in range(2):
            self._layout.setColumnStretch(index, 0 if is_one_column and index else 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        size = event.size()
        has_room = size.width() >= 2 * _LEAST_WIDTH + _GAP and size.height() >= 2 * _LEAST_HEIGHT + _GAP
        self._arrange(is_one_column=not has_room)
