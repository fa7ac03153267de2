"""The bar: parts of the peak side by side against the budget, with the marks of 75 and 85 %, and what is measured."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, qGray
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from hgt_studio.app.theme import theme
from hgt_studio.app.wording import bytes_text, share_text

_HEIGHT: Final = 20
_MARKS: Final = (0.75, 0.85)
_LEAST_LABEL_GAP: Final = 8
_LIGHT_GREY: Final = 140


@dataclass(frozen=True)
class Piece:
    """A part of the bar."""

    name: str
    num_bytes: int
    colour: QColor


class MemoryBar(QWidget):
    """clicked: by mouse or keyboard."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[Piece] = []
        self._budget_bytes = self._measured_bytes = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self.update)

    def show_pieces(self, pieces: list[Piece], budget_bytes: int) -> None:
        """Paint these from now on."""
        self._pieces, self._budget_bytes = pieces, budget_bytes
        self.update()

    def show_measured(self, num_bytes: int) -> None:
        """A line at what a run holds now; none at 0."""
        self._measured_bytes = num_bytes
        self.update()

    def piece_at(self, x: float) -> Piece | None:
        """The part under the mouse."""
        return next((piece for piece, area in self._areas() if area.left() <= x < area.right()), None)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self._frame()
        painter.fillRect(frame, theme().base)
        for piece, area in self._areas():
            painter.fillRect(area, piece.colour)
            self._write(painter, piece, area)
        self._mark(painter, frame)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().accent if self.hasFocus() else theme().secondary_text, 1))
        painter.drawRoundedRect(frame, 3, 3)

    def _write(self, painter: QPainter, piece: Piece, area: QRectF) -> None:
        """The name, where there is room."""
        if self.fontMetrics().horizontalAdvance(piece.name) + _LEAST_LABEL_GAP < area.width():
            is_light = qGray(piece.colour.rgb()) > _LIGHT_GREY
            painter.setPen(QColor(Qt.GlobalColor.black if is_light else Qt.GlobalColor.white))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, piece.name)

    def _mark(self, painter: QPainter, frame: QRectF) -> None:
        scale = self._scale()
        if scale <= 0:
            return
        for share in _MARKS:
            x = frame.left() + share * self._budget_bytes * scale
            painter.setPen(QPen(theme().secondary_text, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
        for num_bytes, width in ((self._budget_bytes, 2), (self._measured_bytes, 3)):
            if num_bytes:
                x = min(frame.left() + num_bytes * scale, frame.right() - 1)
                painter.setPen(QPen(theme().text, width))
                painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))

    def _frame(self) -> QRectF:
        return QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)

    def _scale(self) -> float:
        """Pixels a byte: the bar is as long as the budget, or as the parts where they are more."""
        longest = max(self._budget_bytes, sum(piece.num_bytes for piece in self._pieces), self._measured_bytes)
        return self._frame().width() / longest if longest else 0.0

    def _areas(self) -> list[tuple[Piece, QRectF]]:
        frame, scale, found = self._frame(), self._scale(), []
        left = frame.left()
        for piece in self._pieces:
            width = piece.num_bytes * scale
            found.append((piece, QRectF(left, frame.top(), width, frame.height())))
            left += width
        return found

    def _in_words(self, piece: Piece | None) -> str:
        lines = ["Click for all parts"]
        if self._measured_bytes:
            lines.insert(0, f"The run holds {bytes_text(self._measured_bytes)} now")
        if piece is not None:
            total = sum(part.num_bytes for part in self._pieces)
            lines.insert(0, f"{piece.name}: {bytes_text(piece.num_bytes)}, {share_text(piece.num_bytes / total)}")
        return "\n".join(lines)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._in_words(self.piece_at(event.pos().x())), self)
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)
