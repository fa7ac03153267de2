"""Settings that fit: what may change, how much memory to take, and what would become of the settings."""

import asyncio
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hgt_studio.app.background import start_task
from hgt_studio.app.state.memory_model import MemoryModel
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.app.wording import bytes_text

if TYPE_CHECKING:
    from hgt_studio.memory import FitResult

_CHOICES: Final = {
    "batch_size": "Batch size (accumulation keeps the effective batch)",
    "num_neighbors": "Fan-out",
    "hidden_dim": "Hidden size",
}
_GB: Final = 1e9


class FitDialog(QDialog):
    """A preview at every change, searched for in a thread: a search takes up to 0.3 s. Apply is one step of undo."""

    def __init__(self, model: MemoryModel, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Fit to memory")
        self._model, self._settings = model, settings
        self._result: FitResult | None = None
        self._search: asyncio.Task[None] | None = None
        self.budget = QDoubleSpinBox()
        self.budget.setRange(0.1, 10_000.0)
        self.budget.setDecimals(1)
        self.budget.setSuffix(" GB")
        self.budget.setValue(model.budget_bytes / _GB)
        self.choices = {name: QCheckBox(words) for name, words in _CHOICES.items()}
        self.choices["batch_size"].setChecked(True)
        self.preview = QLabel()
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        self.preview.setMinimumSize(380, 5 * self.fontMetrics().lineSpacing())
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Apply | QDialogButtonBox.StandardButton.Cancel)
        self._lay_out()
        self.budget.valueChanged.connect(self._refresh)
        for box in self.choices.values():
            box.toggled.connect(self._refresh)
        self._apply_button.clicked.connect(self._apply)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self._stop)
        self._refresh()

    @property
    def _apply_button(self) -> QPushButton:
        return self.buttons.button(QDialogButtonBox.StandardButton.Apply)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Memory to spend", self.budget)
        for number, box in enumerate(self.choices.values()):
            form.addRow("May change" if number == 0 else "", box)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(SecondaryLabel("What would change"))
        layout.addWidget(self.preview, stretch=1)
        layout.addWidget(self.buttons)

    def _refresh(self) -> None:
        self._stop()
        self._apply_button.setEnabled(False)
        names = [name for name, box in self.choices.items() if box.isChecked()]
        if names:
            self._search = start_task(self._find(round(self.budget.value() * _GB), names))
        else:
            self._show(None)

    async def _find(self, budget_bytes: int, names: list[str]) -> None:
        self._show(await asyncio.to_thread(self._model.fit, budget_bytes, names))

    def _show(self, result: "FitResult | None") -> None:
        self._result = result
        self.preview.setText(self._in_words())
        self._apply_button.setEnabled(result is not None and bool(result.changes))

    def _stop(self) -> None:
        if self._search is not None:
            self._search.cancel()

    def _in_words(self) -> str:
        before, result = self._model.estimate, self._result
        if result is None or before is None:
            return "Choose what may change."
        if not result.changes:
            return "Nothing has to change." if result.fits else "Nothing that may change would make it fit."
        needs = f"{bytes_text(before.needed_bytes)} -> {bytes_text(result.estimate.needed_bytes)}"
        lines = [*result.changes, f"Memory: {needs}"]
        if not result.fits:
            lines.append("Even so it does not fit easily; let more change, or take smaller settings.")
        return "\n".join(lines)

    def _apply(self) -> None:
        if self._result is not None:
            self._settings.replace(self._result.config, "Fit to memory")
        self.accept()
