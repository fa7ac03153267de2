"""All nodes as points, painted into an image with numpy: every frame holds all of them, however many there are.

The wheel zooms, dragging moves, a click chooses the nearest node, a double click shows all again. With the keyboard:
plus and minus, arrows, 0.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from hgt_studio.app.theme import theme

FloatArray = npt.NDArray[np.float32]

_MARGIN: Final = 0.06
_ZOOM_STEP: Final = 1.25
_MOVE_STEP: Final = 0.1
_FEW_POINTS: Final = 5000
_NEAR_PIXELS: Final = 12.0
_DRAG_PIXELS: Final = 4


class MapView(QWidget):
    """node_chosen: by a click. Nothing is shown before `show_points`."""

    node_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Map of the embeddings")
        self.empty_text = ""
        self._plane: FloatArray = np.zeros((0, 2), np.float32)
        self._type_of: npt.NDArray[np.integer] = np.zeros(0, np.int16)
        self._labels: list[str] = []
        self._is_shown = np.zeros(0, bool)
        self._chosen: int | None = None
        self._near: list[int] = []
        self._centre, self._scale = np.zeros(2), 1.0
        self._pressed_at: QPoint | None = None
        self._last = QPoint()
        self._image: QImage | None = None
        self.name_of: Callable[[int], str] = str
        theme().changed.connect(self._repaint_points)

    def show_points(self, plane: FloatArray, type_of: npt.NDArray[np.integer]) -> None:
        """plane: shape (num_nodes, 2). type_of: shape (num_nodes,), the colour of each."""
        self._plane, self._type_of = plane, type_of
        if len(self._is_shown) != len(plane):
            self._is_shown = np.ones(len(plane), bool)
            self._chosen, self._near = None, []
        self.show_all()

    def show_types(self, shown: npt.NDArray[np.bool_]) -> None:
        """shown: shape (num_types,), whether nodes of a type are drawn."""
        self._is_shown = shown[self._type_of]
        self._repaint_points()

    def choose(self, node: int | None, near: list[int]) -> None:
        """Mark a node and its neighbours; bring the node into sight."""
        self._chosen, self._near = node, near
        if node is not None and not QRectF(self.rect()).contains(self._to_screen(node)):
            self._centre = self._plane[node].astype(float)
            self._repaint_points()
        self.update()

    def show_all(self) -> None:
        """Zoom so that every node is in sight."""
        if len(self._plane):
            low, high = self._plane.min(0).astype(float), self._plane.max(0).astype(float)
            self._centre = (low + high) / 2
            extent = np.maximum(high - low, 1e-9)
            self._scale = float(min(self.width() / extent[0], self.height() / extent[1]) * (1 - 2 * _MARGIN))
        self._repaint_points()

    def node_at(self, position: QPointF) -> int | None:
        """The shown node nearest to a place on the screen, if one is near."""
        if not self._is_shown.any():
            return None
        place = np.array([position.x(), position.y()])
        distance = np.abs(self._screen() - place).max(1)
        distance[~self._is_shown] = np.inf
        node = int(distance.argmin())
        return node if distance[node] <= _NEAR_PIXELS else None

    def _screen(self) -> npt.NDArray[np.float64]:
        """Places of all nodes on the screen; the second axis points up. shape: (num_nodes, 2)."""
        middle = np.array([self.width() / 2, self.height() / 2])
        places: npt.NDArray[np.float64] = (self._plane - self._centre) * (self._scale, -self._scale) + middle
        return places

    def _to_screen(self, node: int) -> QPointF:
        x, y = (self._plane[node] - self._centre) * (self._scale, -self._scale)
        return QPointF(self.width() / 2 + x, self.height() / 2 + y)

    def _repaint_points(self) -> None:
        self._image = None
        self.update()

    def _render(self) -> QImage:
        """The points of all shown nodes; later types lie above earlier ones."""
        ratio = self.devicePixelRatioF()
        width, height = (max(1, round(side * ratio)) for side in (self.width(), self.height()))
        pixels = np.full((height, width), theme().base.rgb(), np.uint32)
        reach = round(ratio) + (len(self._plane) < _FEW_POINTS)
        colours = np.array([theme().series(number).rgb() for number in range(int(self._type_of.max(initial=0)) + 1)])
        places = np.round(self._screen()[self._is_shown] * ratio).astype(np.int64)
        colour = colours.astype(np.uint32)[self._type_of[self._is_shown]]
        inside = ((places >= reach) & (places < np.array([width, height]) - reach)).all(1)
        (x, y), colour = places[inside].T, colour[inside]
        for dx in range(-reach, reach + 1):
            for dy in range(-reach, reach + 1):
                pixels[y + dy, x + dx] = colour
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
        image.setDevicePixelRatio(ratio)
        return image

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        if not len(self._plane):
            painter.fillRect(self.rect(), theme().base)
            painter.setPen(theme().secondary_text)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty_text)
            return
        if self._image is None:
            self._image = self._render()
        painter.drawImage(0, 0, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().text, 1))
        for node in self._near:
            painter.drawEllipse(self._to_screen(node), 5, 5)
        if self._chosen is not None:
            self._paint_chosen(painter, self._chosen)

    def _paint_chosen(self, painter: QPainter, node: int) -> None:
        place = self._to_screen(node)
        painter.setPen(QPen(theme().text, 2))
        painter.drawEllipse(place, 8, 8)
        name = self.fontMetrics().elidedText(self.name_of(node), Qt.TextElideMode.ElideMiddle, self.width() // 3)
        box = QRectF(self.fontMetrics().boundingRect(name)).adjusted(-4, -2, 4, 2)
        box.moveTopLeft(place + QPointF(12, -box.height() / 2))
        background = QColor(theme().base)
        background.setAlphaF(0.85)
        painter.fillRect(box, background)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _zoom(self, factor: float, at: QPointF) -> None:
        """Zoom so that what lies under a place stays there."""
        offset = np.array([at.x() - self.width() / 2, self.height() / 2 - at.y()])
        self._centre = self._centre + offset / self._scale * (1 - 1 / factor)
        self._scale *= factor
        self._repaint_points()

    def _move(self, x: float, y: float) -> None:
        """Move the picture by so many pixels."""
        self._centre = self._centre + np.array([-x, y]) / self._scale
        self._repaint_points()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        self._zoom(_ZOOM_STEP ** (event.angleDelta().y() / 120), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pressed_at = self._last = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.buttons() & Qt.MouseButton.LeftButton and self._pressed_at is not None:
            now = event.position().toPoint()
            if (now - self._pressed_at).manhattanLength() > _DRAG_PIXELS or self._last != self._pressed_at:
                self._move(now.x() - self._last.x(), now.y() - self._last.y())
                self._last = now

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        was_click = self._pressed_at is not None and self._last == self._pressed_at
        self._pressed_at = None
        if was_click and (node := self.node_at(event.position())) is not None:
            self.node_chosen.emit(node)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.show_all()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        middle, step = QPointF(self.rect().center()), _MOVE_STEP * self.width()
        left, right, up, down = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down
        moves = {left: (step, 0.0), right: (-step, 0.0), up: (0.0, step), down: (0.0, -step)}
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(_ZOOM_STEP, middle)
        elif event.key() == Qt.Key.Key_Minus:
            self._zoom(1 / _ZOOM_STEP, middle)
        elif event.key() == Qt.Key.Key_0:
            self.show_all()
        elif event.key() in moves:
            self._move(*moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if event.oldSize().isEmpty():
            self.show_all()
        self._repaint_points()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            node = self.node_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.name_of(node) if node is not None else "", self)
            return True
        return super().event(event)
