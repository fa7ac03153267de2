"""Text that steps back: titles above groups, captions, hints."""

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from hgt_studio.app.theme import theme
from hgt_studio.app.widgets.coloured_label import ColouredLabel


class SecondaryLabel(ColouredLabel):
    """Text that steps back: titles of groups, captions, hints."""

    def colour(self) -> QColor:
        return theme().secondary_text


class SectionTitle(SecondaryLabel):
    """The title above a group: what it names is its buddy for assistive technology."""

    def __init__(self, text: str, of: QWidget | None = None) -> None:
        super().__init__(text)
        font = self.font()
        font.setBold(True)
        self.setFont(font)
        if of is not None:
            self.setBuddy(of)
