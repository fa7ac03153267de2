"""The newest advice in one line; the earlier ones behind a button. It keeps its place while empty."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from hgt_studio.app.theme import theme
from hgt_studio.app.training_panel.advice import Advice
from hgt_studio.app.widgets.coloured_label import ColouredLabel
from hgt_studio.app.widgets.elided_label import ElidedLabel


class _NoteWord(ColouredLabel):
    """The word before an advice."""

    def colour(self) -> QColor:
        return theme().verdict("tight")


class AdviceBar(QWidget):
    """stop_asked: after a plateau the user wants to stop and keep the best state."""

    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.advice: list[Advice] = []
        self._word, self._text = _NoteWord("Note"), ElidedLabel()
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.stop = QPushButton("Stop and Keep Best")
        self.stop.clicked.connect(self.stop_asked)
        self._earlier = QToolButton(autoRaise=True)
        self._earlier.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._earlier.setToolTip("All that this run has told, the newest first")
        self._menu = QMenu(self._earlier)
        self._earlier.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._word)
        row.addWidget(self._text, 1)
        row.addWidget(self.stop)
        row.addWidget(self._earlier)
        self.setFixedHeight(self.stop.sizeHint().height())
        self.clear()

    def clear(self) -> None:
        """A new run has nothing to tell yet."""
        self.advice = []
        self._show_newest()

    def tell(self, advice: Advice) -> None:
        """Put an advice in front; of a plateau only the newest is kept."""
        if advice.is_plateau:
            self.take_back_plateau()
        self.advice.append(advice)
        self._show_newest()

    def take_back_plateau(self) -> None:
        """It has passed."""
        self.advice = [advice for advice in self.advice if not advice.is_plateau]
        self._show_newest()

    def hide_stop(self) -> None:
        """The run stops or has ended."""
        self.stop.hide()

    def text(self) -> str:
        """The advice in front."""
        return self._text.text()

    def _show_newest(self) -> None:
        has_any = bool(self.advice)
        self._word.setVisible(has_any)
        self._text.setText(self.advice[-1].text if has_any else "")
        self._text.setAccessibleName(self._text.text())
        self.stop.setVisible(has_any and self.advice[-1].is_plateau)
        self._earlier.setText(f"{len(self.advice)} notes")
        self._earlier.setVisible(len(self.advice) > 1)
        self._menu.clear()
        for advice in reversed(self.advice):
            self._menu.addAction(advice.text)
