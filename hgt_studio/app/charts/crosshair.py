"""The values under the pointer: a vertical line and a small box beside it."""

from html import escape
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QPalette, QPen
from PySide6.QtWidgets import QLabel, QWidget

from hgt_studio.app.charts.content import Content, number_text
from hgt_studio.app.theme import theme

_DISTANCE: Final = 12


class Crosshair(QObject):
    """Follows the pointer over a plot."""

    def __init__(self, widget: QWidget, plot_item: Any, x_title: str, unit: str) -> None:
        super().__init__(widget)
        self._view_box, self._x_title, self._unit = plot_item.vb, x_title, unit
        self._content = Content()
        self._x: float | None = None
        self._line = pg.InfiniteLine(angle=90)
        self._line.hide()
        plot_item.addItem(self._line, ignoreBounds=True)
        self.box = QLabel(widget)
        self.box.setTextFormat(Qt.TextFormat.RichText)
        self.box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.box.setAutoFillBackground(True)
        self.box.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        self.box.setForegroundRole(QPalette.ColorRole.ToolTipText)
        self.box.setMargin(4)
        self.box.hide()
        plot_item.scene().sigMouseMoved.connect(self._follow)

    def show_content(self, content: Content) -> None:
        """The curves whose values are told."""
        self._content = content
        if self._x is not None:
            self._tell(self._x)

    def restyle(self) -> None:
        """Take the colours of now."""
        self._line.setPen(QPen(theme().secondary_text, 0))

    def hide(self) -> None:
        """The pointer has left."""
        self._x = None
        self._line.hide()
        self.box.hide()

    def _follow(self, position: QPointF) -> None:
        if not self._view_box.sceneBoundingRect().contains(position):
            self.hide()
            return
        self._x = float(self._view_box.mapSceneToView(position).x())
        self._line.setPos(self._x)
        self._line.show()
        self._tell(self._x)
        self._place(position.toPoint())

    def _tell(self, x: float) -> None:
        values = [(curve, curve.value_at(x)) for curve in self._content.curves]
        rows = "".join(
            f'<tr><td><font color="{theme().series(curve.colour).name()}">&#9644;</font> {escape(curve.name)}</td>'
            f'<td align="right">&nbsp;{number_text(value)} {self._unit}</td></tr>'
            for curve, value in values
            if value is not None
        )
        self.box.setText(f'<table><tr><td colspan="2">{self._x_title} {number_text(x)}</td></tr>{rows}</table>')
        self.box.adjustSize()
        self.box.setVisible(bool(rows))

    def _place(self, pointer: QPoint) -> None:
        """Beside the pointer, on the side where there is room."""
        frame = self._view_box.sceneBoundingRect().toRect()
        x = pointer.x() + _DISTANCE
        if x + self.box.width() > frame.right():
            x = pointer.x() - _DISTANCE - self.box.width()
        y = min(pointer.y() + _DISTANCE, frame.bottom() - self.box.height())
        self.box.move(max(0, x), max(0, y))
