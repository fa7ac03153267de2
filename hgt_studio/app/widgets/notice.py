"""One line that tells the user something went wrong, until it is closed or overtaken."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QStyle, QToolButton, QWidget

from hgt_studio.app.theme import theme
from hgt_studio.app.widgets.coloured_label import ColouredLabel


class ErrorText(ColouredLabel):
    """Red words; hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setVisible(False)

    def colour(self) -> QColor:
        return theme().error

    def tell(self, text: str) -> None:
        """Show a message; an empty one hides it."""
        self.setText(text)
        self.setVisible(bool(text))


class Notice(QWidget):
    """An error line with a button that closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ErrorText()
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        self._close.setAccessibleName("Close message")
        self._close.setToolTip("Close message")
        self._close.clicked.connect(self.clear)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.clear()

    def text(self) -> str:
        return self._text.text()

    def tell(self, text: str) -> None:
        """Show a message in place of the one before."""
        self._text.tell(text)
        self.setVisible(True)

    def clear(self) -> None:
        """Take the message away."""
        self._text.tell("")
        self.setVisible(False)
