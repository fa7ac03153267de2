"""The names of curves and levels, right of the plot at the height of their last values, in place of a legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

_DASH, _GAP = 10.0, 4.0
_WIDEST: Final = 136.0


@dataclass(frozen=True, slots=True)
class EndLabel:
    """y: where it belongs, in the coordinates of the plot."""

    text: str
    colour: QColor
    y: float
    is_dashed: bool = False


class EndLabels(QGraphicsWidget):
    """Stands beside the view box and keeps its labels apart; arrows point to values above or below the plot."""

    def __init__(self, view_box: Any, font: QFont) -> None:
        super().__init__()
        self._view_box = view_box
        self._labels: Sequence[EndLabel] = ()
        self._text_colour = QColor()
        self.setFont(font)
        view_box.sigRangeChanged.connect(self._repaint)

    def show_labels(self, labels: Sequence[EndLabel], text_colour: QColor) -> None:
        """Show these, the first one on top where two are of one height."""
        self._labels, self._text_colour = labels, text_colour
        widest = max((self._width_of(label.text) for label in labels), default=0.0)
        width = max(self.minimumWidth(), min(_WIDEST, _DASH + 3 * _GAP + widest))  # never narrower: nothing jumps
        if width != self.minimumWidth():
            self.setMinimumWidth(width)
            self.setMaximumWidth(width)
        self.update()

    def shown(self) -> list[tuple[float, str]]:
        """Middle of each label in pixels from the top, and its text."""
        tall, height = QFontMetricsF(self.font()).height(), self.size().height()
        wanted = [self._height_of(label) for label in self._labels]
        middles = spread(wanted, tall, height)
        arrows = [" ↑" if y < -1 else " ↓" if y > height + 1 else "" for y in wanted]
        return [
            (middle, label.text + arrow) for middle, label, arrow in zip(middles, self._labels, arrows, strict=True)
        ]

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        metrics = QFontMetricsF(self.font())
        painter.setFont(self.font())
        for label, (middle, text) in zip(self._labels, self.shown(), strict=True):
            style = Qt.PenStyle.DashLine if label.is_dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(label.colour, 2, style))
            painter.drawLine(QLineF(_GAP, middle, _GAP + _DASH, middle))
            painter.setPen(self._text_colour)
            left = _DASH + 2 * _GAP
            area = QRectF(left, middle - metrics.height() / 2, self.size().width() - left, metrics.height())
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, elided)

    def _height_of(self, label: EndLabel) -> float:
        return float(self._view_box.mapFromViewToItem(self, QPointF(0.0, label.y)).y())

    def _width_of(self, text: str) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance(f"{text} ↑")

    def _repaint(self, *_: object) -> None:
        self.update()


def spread(wanted: Sequence[float], distance: float, height: float) -> list[float]:
    """Positions near the wanted ones, `distance` apart and within [distance / 2, height - distance / 2] if they fit."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    lowest = distance / 2
    for index in order:
        placed[index] = lowest = max(wanted[index], lowest)
        lowest += distance
    highest = height - distance / 2
    for index in reversed(order):
        placed[index] = highest = min(placed[index], highest)
        highest -= distance
    return placed
