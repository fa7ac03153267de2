"""The phases of a run in a row: what is done, what goes on now, what is to come."""

from typing import Final, Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hgt_studio.app.theme import theme
from hgt_studio.training.events import Phase

PHASES: Final[dict[Phase, str]] = {
    "load": "Load", "prepare": "Prepare", "warm_up": "Warm up", "train": "Train", "evaluate": "Evaluate",
    "save": "Save", "export": "Export",
}  # fmt: skip
StepState = Literal["done", "current", "todo"]
_RADIUS, _GAP = 5.0, 6.0


class PhaseStrip(QWidget):
    """A dot for each phase, joined by lines. Training, evaluating and saving take turns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current: Phase | None = None
        self._is_over = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_phase(None)

    def show_phase(self, current: Phase | None, *, is_over: bool = False) -> None:
        """None: no phase yet. is_over: all of them are done."""
        self._current, self._is_over = current, is_over
        words = "all done" if is_over else PHASES[current] if current else "not begun"
        self.setAccessibleName(f"Phase: {words}")
        self.update()

    def state_of(self, phase: Phase) -> StepState:
        """How a phase is shown."""
        order = list(PHASES)
        if self._is_over:
            return "done"
        if self._current is None or order.index(phase) > order.index(self._current):
            return "todo"
        return "current" if phase == self._current else "done"

    def sizeHint(self) -> QSize:  # noqa: N802
        width = sum(self.fontMetrics().horizontalAdvance(words) + 40 for words in PHASES.values())
        return QSize(width, self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = {"done": theme().verdict("safe"), "current": theme().accent, "todo": theme().secondary_text}
        widths = [self.fontMetrics().horizontalAdvance(words) for words in PHASES.values()]
        line = max(8.0, (self.width() - sum(widths) - len(widths) * (2 * _RADIUS + 3 * _GAP) - 2) / (len(widths) - 1))
        x, middle = _RADIUS + 1, self.height() / 2
        for (phase, words), width in zip(PHASES.items(), widths, strict=True):
            state = self.state_of(phase)
            self._draw_dot(painter, QPointF(x, middle), state, colours[state])
            x += _RADIUS + _GAP
            painter.setPen(theme().secondary_text if state == "todo" else theme().text)
            painter.drawText(QRectF(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
            x += width + _GAP
            painter.setPen(QPen(theme().grid, 1))
            if phase != "export":
                painter.drawLine(QLineF(x, middle, x + line, middle))
            x += line + _GAP + _RADIUS

    def _draw_dot(self, painter: QPainter, centre: QPointF, state: StepState, colour: QColor) -> None:
        """Full when done, a ring to come, a dot in a ring now: told apart without colours."""
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour if state == "done" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, _RADIUS, _RADIUS)
        if state == "current":
            painter.setBrush(colour)
            painter.drawEllipse(centre, _RADIUS / 2.5, _RADIUS / 2.5)
