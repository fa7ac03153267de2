"""The part of a chart that is drawn by pyqtgraph, which is imported with this file: after the window is shown."""

from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFont, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from hgt_studio.app.charts.content import Content, Curve, Level, number_text
from hgt_studio.app.charts.crosshair import Crosshair
from hgt_studio.app.charts.end_labels import EndLabel, EndLabels
from hgt_studio.app.charts.ranges import full_range, lowest_positive, on_scale
from hgt_studio.app.theme import theme

_FAINT_ALPHA: Final = 0.35
_MOST_MARKED_POINTS: Final = 40
_POINT_SIZE, _BEST_SIZE = 4, 9
_ZOOM_STEP: Final = 0.8
_MARKER_TEXT_ABOVE: Final = 1.25  # of its height
_MOST_NEW_CURVES: Final = 3  # at a time: to make one takes some milliseconds


class Plot(QObject):
    """A plot widget with curves, levels, marker, names at the ends and crosshair.

    Until somebody zooms or pans, all that is drawn stays in sight.
    """

    def __init__(self, x_title: str, unit: str, *, from_zero: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._from_zero = from_zero
        self.content = Content()
        self._is_log, self._follows = False, True
        self._curves: dict[str, Any] = {}
        self._levels: dict[str, Any] = {}
        self.widget: QWidget = pg.PlotWidget(parent, enableMenu=False)
        self._item = self.widget.plotItem
        self.view_box = self._item.vb
        self._font = QFont(parent.font())
        self._font.setPointSizeF(parent.font().pointSizeF() * 0.9)
        self._labels = EndLabels(self.view_box, self._font)
        self._item.layout.addItem(self._labels, 2, 3)
        self._marker = pg.ScatterPlotItem(size=_BEST_SIZE, brush=None)
        self._marker_text = pg.TextItem()
        self._marker_text.setFont(self._font)
        for item in (self._marker, self._marker_text):
            self.view_box.addItem(item, ignoreBounds=True)
        self.crosshair = Crosshair(self.widget, self._item, x_title, unit)
        self._prepare(x_title, unit)
        self.restyle()

    @property
    def is_complete(self) -> bool:
        """Whether all curves of the content have their items; `show_content` makes a few at a time."""
        return all(curve.name in self._curves for curve in self.content.curves if len(curve.x))

    def show_content(self, content: Content) -> None:
        """Draw this in place of what was there; call it again, later, until `is_complete`."""
        self.content = content
        self._redraw()

    def set_log(self, is_log: bool) -> None:
        """Whether the scale of y is logarithmic."""
        self._is_log = is_log
        self._item.getAxis("left").setLogMode(is_log)
        self.reset_zoom()

    def reset_zoom(self) -> None:
        """Everything in sight again."""
        self._follows = True
        self._redraw()

    def zoom(self, steps: int) -> None:
        """Nearer by so many steps, or farther if negative, about the middle."""
        self._leave_full_range()
        self.view_box.scaleBy((_ZOOM_STEP**steps, _ZOOM_STEP**steps))

    def restyle(self) -> None:
        """Take the colours of now."""
        colours = theme()
        self.widget.setBackground(colours.base)  # type: ignore[attr-defined]
        for name in ("left", "bottom"):
            axis = self._item.getAxis(name)
            axis.setPen(QPen(colours.grid, 0))
            axis.setTextPen(colours.secondary_text)
        self._marker.setPen(pg.mkPen(colours.text, width=1.5))
        self._marker_text.setColor(colours.text)
        self.crosshair.restyle()
        self._redraw()

    def label_texts(self) -> list[str]:
        """What stands right of the plot."""
        return [text for _, text in self._labels.shown()]

    def _prepare(self, x_title: str, unit: str) -> None:
        self._item.hideButtons()
        self._item.setClipToView(True)
        self._item.setDownsampling(auto=True, mode="peak")
        self._item.showGrid(x=True, y=True, alpha=0.14)
        self.view_box.disableAutoRange()
        for name, title in (("left", unit), ("bottom", x_title)):
            axis = self._item.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickFont=self._font, autoReduceTextSpace=False, maxTickLevel=0)
            axis.setLabel(title)
            axis.label.setFont(self._font)
        self.view_box.sigRangeChangedManually.connect(self._leave_full_range)
        self.widget.viewport().installEventFilter(self)  # type: ignore[attr-defined]

    def _leave_full_range(self, *_: object) -> None:
        self._follows = False

    def _redraw(self) -> None:
        if self.content.is_empty:
            return
        floor = lowest_positive(self.content) if self._is_log else None
        if self._follows:
            x, y = full_range(self.content, is_log=self._is_log, from_zero=self._from_zero)
            self.view_box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)
        self._draw_curves(floor)
        self._draw_levels(floor)
        self._draw_marker(floor)
        self._draw_labels(floor)
        self.crosshair.show_content(self.content)

    def _draw_curves(self, floor: float | None) -> None:
        shown = {curve.name: curve for curve in self.content.curves if len(curve.x)}
        for name in self._curves.keys() - shown.keys():
            self._item.removeItem(self._curves.pop(name))
        missing = [name for name in shown if name not in self._curves]
        for name in missing[:_MOST_NEW_CURVES]:
            self._curves[name] = pg.PlotDataItem()  # the plot item sets down-sampling
            self._item.addItem(self._curves[name], ignoreBounds=True)
        for name, curve in shown.items():
            if name not in self._curves:
                continue
            colour = _colour(curve)
            is_marked = len(curve.x) <= _MOST_MARKED_POINTS and not curve.is_faint
            self._curves[name].setData(
                curve.x, on_scale(curve.y, floor), pen=QPen(colour, 0), symbol="o" if is_marked else None,
                symbolSize=_POINT_SIZE, symbolBrush=colour, symbolPen=None,
            )  # fmt: skip

    def _draw_levels(self, floor: float | None) -> None:
        shown = {level.name: level for level in self.content.levels}
        for name in self._levels.keys() - shown.keys():
            self.view_box.removeItem(self._levels.pop(name))
        for name, level in shown.items():
            if name not in self._levels:
                self._levels[name] = pg.InfiniteLine(angle=0)
                self.view_box.addItem(self._levels[name], ignoreBounds=True)
            self._levels[name].setPen(QPen(_colour(level), 0, Qt.PenStyle.DashLine))
            self._levels[name].setValue(_height(level.value, floor))

    def _draw_marker(self, floor: float | None) -> None:
        marker = self.content.marker
        self._marker.setVisible(marker is not None)
        self._marker_text.setVisible(marker is not None)
        if marker is not None:
            y = _height(marker.y, floor)
            self._marker.setData([marker.x], [y])
            left, right = self.view_box.viewRange()[0]
            share = min(1.0, max(0.0, (marker.x - left) / (right - left)))
            self._marker_text.setText(marker.text)
            self._marker_text.setAnchor((share, _MARKER_TEXT_ABOVE))  # so that it ends within the plot
            self._marker_text.setPos(marker.x, y)

    def _draw_labels(self, floor: float | None) -> None:
        labels = [
            EndLabel(f"{curve.name} {number_text(float(curve.y[-1]))}", _colour(curve), _height(curve.y[-1], floor))
            for curve in self.content.curves
            if len(curve.x) and not curve.is_faint
        ]
        labels += [
            EndLabel(
                f"{level.name} {number_text(level.value)}", _colour(level), _height(level.value, floor), is_dashed=True
            )
            for level in self.content.levels
        ]
        self._labels.show_labels(labels, theme().text)
        self._item.layout.activate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The wheel scrolls what is around the chart, and zooms with Ctrl or Cmd."""
        if isinstance(event, QWheelEvent) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return True
        if event.type() == QEvent.Type.Leave:
            self.crosshair.hide()
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.reset_zoom()
            return True
        return False


def _height(value: float, floor: float | None) -> float:
    return float(on_scale(np.float64(value), floor))


def _colour(item: Curve | Level) -> QColor:
    if isinstance(item, Level):
        return theme().verdict(item.verdict)
    colour = theme().series(item.colour)
    if item.is_faint:
        colour.setAlphaF(_FAINT_ALPHA)
    return colour
