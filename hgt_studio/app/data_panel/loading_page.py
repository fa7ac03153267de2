"""A file being read: how far, how fast, how long yet, and Cancel."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.app.widgets.tabular_figures import use_tabular_figures
from hgt_studio.app.wording import bytes_text, count_text, duration_text
from hgt_studio.typing import Progress

_PHASES = {
    "reading": "Reading",
    "assembling": "Putting nodes and edges in order",
    "counting": "Counting",
    "writing sample graph": "Writing the sample graph",
}
_SHORTEST_MEASURED_S = 0.5
_BAR_STEPS = 1000
_WIDTH = 480


class RateMeter:
    """Rate and time left of a phase, from its first report on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: Progress | None = None
        self._since = 0.0

    def words(self, progress: Progress) -> str:
        """'412 MB of 1.4 GB, 310 MB/s, 3 s left'; rate and time as soon as they can be told."""
        amount = bytes_text if progress.unit == "bytes" else _rows_text
        if self._first is None or self._first.phase != progress.phase:
            self._first, self._since = progress, self._clock()
        parts = [f"{amount(progress.done)} of {amount(progress.total)}"] if progress.total else []
        seconds, done = self._clock() - self._since, progress.done - self._first.done
        if seconds >= _SHORTEST_MEASURED_S and done > 0:
            rate = done / seconds
            parts.append(f"{amount(rate)}/s")
            if progress.total:
                parts.append(f"{duration_text((progress.total - progress.done) / rate)} left")
        return ", ".join(parts)


class LoadingPage(QWidget):
    """Shown while a file is read."""

    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel()
        self._phase = SecondaryLabel()
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress of loading")
        self._words = SecondaryLabel()
        use_tabular_figures(self._words)
        cancel = QPushButton("&Cancel")
        cancel.setToolTip("Stop reading")
        cancel.clicked.connect(self.cancel_asked)
        self._meter = RateMeter()
        middle = QGridLayout(self)
        middle.setContentsMargins(24, 24, 24, 24)
        for side in (0, 2):
            middle.setColumnStretch(side, 1)
            middle.setRowStretch(side, 1)
        middle.setColumnMinimumWidth(1, _WIDTH)
        layout = QVBoxLayout()
        layout.setSpacing(8)
        for widget in (self._title, self._phase, self._bar, self._words):
            layout.addWidget(widget)
        layout.addWidget(cancel, 0, Qt.AlignmentFlag.AlignRight)
        middle.addLayout(layout, 1, 1)

    def start(self, path: Path) -> None:
        """A file is about to be read."""
        self._meter = RateMeter()
        self._title.setText(f"Opening {path.name}")
        self._phase.setText("Looking at the file")
        self._words.setText(" ")
        self._bar.setRange(0, 0)

    def show_progress(self, progress: Progress) -> None:
        """How far it is."""
        self._phase.setText(_PHASES.get(progress.phase, progress.phase.capitalize()))
        is_known = 0 < progress.done < progress.total
        self._bar.setRange(0, _BAR_STEPS if is_known else 0)
        if is_known:
            self._bar.setValue(_BAR_STEPS * progress.done // progress.total)
        self._words.setText(self._meter.words(progress) if is_known else " ")


def _rows_text(rows: float) -> str:
    return f"{count_text(round(rows))} rows"
