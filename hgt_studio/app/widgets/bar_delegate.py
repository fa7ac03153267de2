"""Paints a count in a table as a bar: all of it pale, the part that is kept in full colour."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

BAR_ROLE = Qt.ItemDataRole.UserRole + 1
_HEIGHT, _MARGIN, _PALE_ALPHA = 8.0, 8.0, 0.25


@dataclass(frozen=True)
class Bar:
    """Lengths as shares of the longest bar of the column, 0 to 1."""

    total: float
    kept: float
    colour: QColor


class BarDelegate(QStyledItemDelegate):
    """Paints the `Bar` that a model gives for `BAR_ROLE`."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        bar = index.data(BAR_ROLE)
        if not isinstance(bar, Bar):
            return
        area = QRectF(option.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        pale = QColor(bar.colour)
        pale.setAlphaF(_PALE_ALPHA)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for share, colour in ((bar.total, pale), (bar.kept, bar.colour)):
            if share > 0:
                painter.setBrush(colour)
                width = max(2.0, share * area.width())
                painter.drawRoundedRect(QRectF(area.x(), area.center().y() - _HEIGHT / 2, width, _HEIGHT), 2, 2)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(96, super().sizeHint(option, index).height())
