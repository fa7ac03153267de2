"""The title above a group, in the secondary colour."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QWidget

from hgt_studio.app.theme import theme


class SecondaryLabel(QLabel):
    """Text that steps back: titles of groups, captions, hints. Follows light and dark."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._follow_theme()
        theme().changed.connect(self._follow_theme)

    def _follow_theme(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme().secondary_text)
        self.setPalette(palette)


class SectionTitle(SecondaryLabel):
    """A title of a group: what it names is its buddy for assistive technology."""

    def __init__(self, text: str, of: QWidget | None = None) -> None:
        super().__init__(text)
        font = self.font()
        font.setBold(True)
        self.setFont(font)
        if of is not None:
            self.setBuddy(of)
