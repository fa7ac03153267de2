"""How many nodes have how many edges: bars on two logarithmic scales, as degrees of real graphs have heavy tails."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from hgt_studio.app.theme import theme
from hgt_studio.app.wording import count_text, short_count_text

if TYPE_CHECKING:
    from hgt_studio.graph.statistics import DegreeBin

_GAP, _TEXT_GAP = 2.0, 4.0


class DegreeHistogram(QWidget):
    """Nodes by number of in-edges; bins double in width, heights are logarithmic."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bins: Sequence[DegreeBin] = ()
        self.setAccessibleName("In-edges per node")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme().changed.connect(self.update)

    def show_bins(self, bins: "Sequence[DegreeBin]") -> None:
        """Show another graph."""
        self._bins = bins
        self.setAccessibleDescription("; ".join(_describe(each) for each in bins))
        self.update()

    def _plot(self) -> QRectF:
        """Where the bars stand: labels of the counts are left of it, those of the degrees below."""
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("100 k") + _TEXT_GAP
        return QRectF(self.rect()).adjusted(left, metrics.height() / 2, 0, -metrics.height() - _TEXT_GAP)

    def bar(self, number: int) -> QRectF:
        """The full height of the place of a bar."""
        plot = self._plot()
        width = plot.width() / len(self._bins)
        return QRectF(plot.x() + number * width + _GAP / 2, plot.y(), width - _GAP, plot.height())

    def _height_share(self, num_nodes: float) -> float:
        """One node stands half a decade above the ground, so that it can be seen."""
        most = max(each.num_nodes for each in self._bins)
        return (math.log10(num_nodes) + 0.5) / (math.log10(most) + 0.5) if num_nodes else 0.0

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(320, 160)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, 96)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            hit = [each for i, each in enumerate(self._bins) if self.bar(i).contains(event.pos())]
            QToolTip.showText(event.globalPos(), _describe(hit[0]) if hit else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if not self._bins:
            return
        painter = QPainter(self)
        self._paint_scale(painter)
        for number, each in enumerate(self._bins):
            bar = self.bar(number)
            painter.fillRect(
                bar.adjusted(0, bar.height() * (1 - self._height_share(each.num_nodes)), 0, 0), theme().accent
            )
        self._paint_degrees(painter)

    def _paint_scale(self, painter: QPainter) -> None:
        """A line for every power of ten."""
        plot, height = self._plot(), self.fontMetrics().height()
        most = max(each.num_nodes for each in self._bins)
        for power in range(math.floor(math.log10(most)) + 1):
            y = plot.bottom() - plot.height() * self._height_share(10**power)
            painter.setPen(theme().grid)
            painter.drawLine(int(plot.left()), int(y), int(plot.right()), int(y))
            painter.setPen(theme().secondary_text)
            label = QRectF(0, y - height / 2, plot.left() - _TEXT_GAP, height)
            painter.drawText(
                label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, short_count_text(10**power)
            )

    def _paint_degrees(self, painter: QPainter) -> None:
        """The lowest degree of a bin, where there is room."""
        painter.setPen(theme().secondary_text)
        height, taken = self.fontMetrics().height(), 0.0
        for number, each in enumerate(self._bins):
            text, bar = short_count_text(each.lowest), self.bar(number)
            width = self.fontMetrics().horizontalAdvance(text) + _TEXT_GAP
            left = min(bar.center().x(), self.width() - width / 2) - width / 2
            if left >= taken:
                label = QRectF(left, bar.bottom() + _TEXT_GAP, width, height)
                painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
                taken = label.right()


def _describe(each: "DegreeBin") -> str:
    degrees = count_text(each.lowest)
    if each.highest > each.lowest:
        degrees += f" to {count_text(each.highest)}"
    return f"{count_text(each.num_nodes)} nodes have {degrees} in-edges"
