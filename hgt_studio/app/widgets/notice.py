"""One line that tells the user something went wrong, until it is closed or overtaken."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStyle, QToolButton, QWidget

from hgt_studio.app.theme import theme


class ErrorText(QLabel):
    """Red words; hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setVisible(False)
        self._follow_theme()
        theme().changed.connect(self._follow_theme)

    def tell(self, text: str) -> None:
        """Show a message; an empty one hides it."""
        self.setText(text)
        self.setVisible(bool(text))

    def _follow_theme(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme().error)
        self.setPalette(palette)


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
