"""A label whose colour follows the system's light and dark."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QWidget


class ColouredLabel(QLabel):
    """Takes its colour anew whenever the palette of the application changes."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._take_colour()

    def colour(self) -> QColor:
        """The colour of now."""
        raise NotImplementedError

    def _take_colour(self) -> None:
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != self.colour():
            palette.setColor(QPalette.ColorRole.WindowText, self.colour())
            self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_colour()
