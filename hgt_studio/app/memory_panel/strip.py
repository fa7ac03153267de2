"""The strip at the window's lower edge: what the run needs against what there is, in sight at all times."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from hgt_studio.app.engine import Engine, EngineInfo
from hgt_studio.app.memory_panel.bar import MemoryBar, Piece
from hgt_studio.app.memory_panel.details import MemoryDetails
from hgt_studio.app.memory_panel.fit_dialog import FitDialog
from hgt_studio.app.state.document import Document
from hgt_studio.app.state.memory_model import MemoryModel
from hgt_studio.app.state.session import TrainingSession
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.theme import Verdict, theme
from hgt_studio.app.widgets.coloured_label import ColouredLabel
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.app.widgets.tabular_figures import use_tabular_figures
from hgt_studio.app.wording import bytes_text

VERDICT_WORDS: Final[dict[Verdict, str]] = {"safe": "Fits easily", "tight": "Tight", "unsafe": "Does not fit"}


class VerdictLabel(ColouredLabel):
    """The verdict in words, in its colour."""

    def __init__(self) -> None:
        self._verdict: Verdict = "safe"
        super().__init__("")
        font = self.font()
        font.setBold(True)
        self.setFont(font)

    def colour(self) -> QColor:
        return theme().verdict(self._verdict)

    def show_verdict(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self.setText(VERDICT_WORDS[verdict])
        self._take_colour()


class MemoryStrip(QWidget):
    """verdict_changed: the verdict and its reason in words, for the Train button."""

    verdict_changed = Signal(str, str)

    def __init__(self, *, settings: Settings, document: Document, session: TrainingSession, engine: Engine) -> None:
        super().__init__()
        self._settings, self._told = settings, ("", "")
        self.model = MemoryModel(settings, document, session, self)
        self.bar = MemoryBar()
        self.bar.setAccessibleName("Memory")
        self.amounts = QLabel("Loading the estimate...")
        use_tabular_figures(self.amounts)
        self.amounts.setMinimumWidth(self.amounts.fontMetrics().horizontalAdvance("999 MB of 9.9 GB") + 4)
        self.verdict = VerdictLabel()
        self.verdict.setMinimumWidth(self.verdict.fontMetrics().horizontalAdvance(VERDICT_WORDS["unsafe"]) + 4)
        self.basis = SecondaryLabel("")
        self.fit = QPushButton("Fit...")
        self.fit.setToolTip("Find settings that fit the memory")
        self.fit.setEnabled(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        for widget in (SecondaryLabel("Memory"), self.bar, self.amounts, self.verdict, self.basis, self.fit):
            row.addWidget(widget, stretch=int(widget is self.bar))
        self.model.changed.connect(self._refresh)
        self.model.measured_changed.connect(self._show_measured)
        self.bar.clicked.connect(self.show_details)
        self.fit.clicked.connect(self.fit_to_memory)
        settings.locked_changed.connect(self._set_locked)
        theme().changed.connect(self._refresh)

    def set_engine_info(self, info: EngineInfo) -> None:
        """Begin to estimate, now that the engine is loaded."""
        self.model.start(info)
        self.fit.setEnabled(not self._settings.locked)

    def show_details(self) -> None:
        """Open the tree, or bring it forward."""
        if self.model.estimate is not None:
            details = self.findChild(MemoryDetails) or MemoryDetails(self.model, self)
            details.show()
            details.raise_()
            details.activateWindow()

    def fit_to_memory(self) -> None:
        """Ask what may change and show what would fit."""
        if self.model.estimate is not None and not self._settings.locked:
            FitDialog(self.model, self._settings, self).open()

    def _refresh(self) -> None:
        estimate, model = self.model.estimate, self.model
        if estimate is None:
            return
        highest = max(estimate.trees, key=lambda phase: estimate.peak_bytes[phase])
        pieces = [
            Piece(part.name, part.num_bytes, theme().series(number))
            for number, part in enumerate(estimate.trees[highest])
        ]
        if estimate.unified:
            grey = QColor(theme().secondary_text)
            pieces.append(Piece("graph and queue", estimate.host_bytes, grey))
        self.bar.show_pieces(pieces, model.budget_bytes)
        needed, budget = bytes_text(estimate.needed_bytes), bytes_text(model.budget_bytes)
        self.amounts.setText(f"{needed} of {budget}")
        self.verdict.show_verdict(model.verdict)
        self.basis.setText("" if model.is_of_graph else "for PrimeKG's size")
        peaks = ", ".join(f"{phase} {bytes_text(size)}" for phase, size in estimate.peak_bytes.items())
        self.amounts.setToolTip(f"Peaks: {peaks}")
        self.bar.setAccessibleDescription(f"{VERDICT_WORDS[model.verdict]}: {needed} of {budget}. Peaks: {peaks}")
        self._tell_verdict(needed, budget)

    def _tell_verdict(self, needed: str, budget: str) -> None:
        reasons: dict[Verdict, str] = {
            "safe": "",
            "tight": f"Needs {needed} of {budget}: other programs may have to make room",
            "unsafe": f"Needs {needed}, there is room for {budget}",
        }
        told = self.model.verdict, reasons[self.model.verdict]
        if told != self._told:
            self._told = told
            self.verdict_changed.emit(*told)

    def _show_measured(self) -> None:
        self.bar.show_measured(self.model.measured_bytes)

    def _set_locked(self, locked: bool) -> None:
        self.fit.setEnabled(not locked and self.model.estimate is not None)
