"""The newest advice in one line with its remedy; the earlier ones behind a button. It keeps its place while empty."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from hgt_studio.app.theme import Verdict, theme
from hgt_studio.app.training_panel.advice import Advice, Remedy
from hgt_studio.app.widgets.coloured_label import ColouredLabel
from hgt_studio.app.widgets.elided_label import ElidedLabel


class _VerdictWord(ColouredLabel):
    """'Note' or 'Problem' in the colour of its verdict."""

    verdict: Verdict = "tight"

    def colour(self) -> QColor:
        return theme().verdict(self.verdict)

    def show_verdict(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.setText("Problem" if verdict == "unsafe" else "Note")
        self._take_colour()


class AdviceBar(QWidget):
    """remedy_chosen: the `Remedy` of the advice that is shown."""

    remedy_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.advice: list[Advice] = []
        self._word, self._text = _VerdictWord(), ElidedLabel()
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.remedy = QPushButton()
        self.remedy.clicked.connect(self._choose_remedy)
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
        row.addWidget(self.remedy)
        row.addWidget(self._earlier)
        self.setFixedHeight(self.remedy.sizeHint().height())
        self.clear()

    def clear(self) -> None:
        """A new run has nothing to tell yet."""
        self.advice = []
        self._show_newest()

    def tell(self, advice: Advice) -> None:
        """Put an advice in front, in place of an earlier one with the same remedy."""
        if advice.remedy is not None:
            self.take_back(advice.remedy)
        self.advice.append(advice)
        self._show_newest()

    def take_back(self, remedy: Remedy) -> None:
        """What this remedy was for has passed."""
        self.advice = [advice for advice in self.advice if advice.remedy != remedy]
        self._show_newest()

    def hide_remedy(self) -> None:
        """Hide the remedy: it is applied, or the run it was for has ended."""
        self.remedy.hide()

    def text(self) -> str:
        """The advice in front."""
        return self._text.text()

    def _show_newest(self) -> None:
        for widget in (self._word, self._text, self.remedy, self._earlier):
            widget.setVisible(bool(self.advice))
        if not self.advice:
            self._text.setText("")
            return
        newest = self.advice[-1]
        self._word.show_verdict(newest.verdict)
        self._text.setText(newest.text)
        self._text.setAccessibleName(newest.text)
        self.remedy.setText(newest.words)
        self.remedy.setVisible(newest.remedy is not None)
        self._earlier.setText(f"{len(self.advice)} notes")
        self._earlier.setVisible(len(self.advice) > 1)
        self._menu.clear()
        for advice in reversed(self.advice):
            self._menu.addAction(advice.text)

    def _choose_remedy(self) -> None:
        remedy = self.advice[-1].remedy
        assert remedy is not None, "the button is shown with a remedy only"
        self.remedy_chosen.emit(remedy)
