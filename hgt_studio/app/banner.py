"""The one banner above the tabs: what happened, and buttons for what to do next."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStyle, QToolButton, QWidget

from hgt_studio.app.theme import Verdict, theme

_GAP: Final = 8


class Banner(QFrame):
    """Hidden until `show_message`; the cross hides it again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._verdict: Verdict = "safe"
        self._title = QLabel()
        self._message = QLabel(wordWrap=True)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons: list[QPushButton] = []
        close = QToolButton(autoRaise=True)
        close.setToolTip("Hide this message")
        close.setAccessibleName("Hide this message")
        close.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        close.clicked.connect(self.hide)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2 * _GAP, _GAP, _GAP, _GAP)
        self._row.setSpacing(_GAP)
        self._row.addWidget(self._title)
        self._row.addWidget(self._message, stretch=1)
        self._row.addWidget(close)
        theme().changed.connect(self._paint_title)
        self.hide()

    def show_message(
        self, verdict: Verdict, title: str, message: str, next_steps: Sequence[tuple[str, Callable[[], object]]] = ()
    ) -> None:
        """Say what happened; `next_steps` are buttons' words and what they call, the first one first."""
        self._verdict = verdict
        self._title.setText(title)
        self._message.setText(message)
        self.setAccessibleName(f"{title}. {message}")
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = [self._make_button(words, call) for words, call in next_steps]
        self._paint_title()
        self.show()

    def _make_button(self, words: str, call: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.clicked.connect(lambda: call())
        self._row.insertWidget(self._row.count() - 1, button)
        return button

    def _paint_title(self) -> None:
        palette = self._title.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme().verdict(self._verdict))
        self._title.setPalette(palette)
        font = self.font()
        font.setBold(True)
        self._title.setFont(font)
