"""Two bars: the epoch, or the phase beside training, and the whole run."""

from typing import Final

from PySide6.QtWidgets import QGridLayout, QProgressBar, QSizePolicy, QWidget

from hgt_studio.app.state.run_history import RunHistory
from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.wording import count_text, share_text, short_count_text
from hgt_studio.typing import Progress

_FINE: Final = 1000
_WORDS_WIDTH: Final = 240


class ProgressRows(QWidget):
    """Words left of each bar say what it counts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.now, self.whole = QProgressBar(), QProgressBar()
        self._now_words, self._whole_words = ElidedLabel(), ElidedLabel()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(16)
        layout.setVerticalSpacing(4)
        rows = ((self.now, self._now_words, "This epoch"), (self.whole, self._whole_words, "The whole run"))
        for row, (bar, words, name) in enumerate(rows):
            words.setFixedWidth(_WORDS_WIDTH)
            bar.setTextVisible(False)
            bar.setFixedHeight(8)
            bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            bar.setAccessibleName(name)
            layout.addWidget(words, row, 0)
            layout.addWidget(bar, row, 1)
        self.clear()

    def clear(self) -> None:
        """No run yet."""
        self._show(self.now, self._now_words, 0.0, "No run yet")
        self._show(self.whole, self._whole_words, 0.0, "")

    def show_history(self, history: RunHistory) -> None:
        """The epoch and the whole of training."""
        started, steps = history.started, history.steps
        if started is None:
            return
        done = steps.step if steps else started.first_step
        planned = started.steps_per_epoch * started.num_epochs
        in_epoch = done % started.steps_per_epoch or (started.steps_per_epoch if steps else 0)
        share = done / planned
        words = f"Step {count_text(in_epoch)} of {count_text(started.steps_per_epoch)} in this epoch"
        self._show(self.now, self._now_words, in_epoch / started.steps_per_epoch, words)
        self._show(
            self.whole, self._whole_words, share, f"{share_text(share)} of {count_text(started.num_epochs)} epochs"
        )

    def show_progress(self, progress: Progress) -> None:
        """A phase beside training: reading, embedding, writing."""
        share = progress.done / progress.total if progress.total else 0.0
        of = f" of {short_count_text(progress.total)}" if progress.total else ""
        words = f"{progress.phase.capitalize()}: {short_count_text(progress.done)}{of} {progress.unit}"
        self._show(self.now, self._now_words, share, words)

    def _show(self, bar: QProgressBar, label: ElidedLabel, share: float, words: str) -> None:
        bar.setRange(0, _FINE)
        bar.setValue(round(min(1.0, share) * _FINE))
        label.setText(words)
