"""Python's cyclic garbage is collected on the UI thread only, and the imported modules are left out.

A collection runs on whichever thread happens to allocate: on the engine's it could delete widgets, which only the UI
thread may do. And with torch imported a full one goes through a million objects that never die, 0.1 s or more.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MS: Final = 1000


class GarbageCollector(QObject):
    """Collects nothing while the large imports go on, then once a second what Python would have collected by then."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Take over from Python."""
        gc.disable()

    def leave_out_what_is_there(self) -> None:
        """Never look again at the objects of now, and begin to collect: call it when the large imports are done."""
        gc.freeze()
        self._timer.start(_INTERVAL_MS)

    def collect_all(self) -> None:
        """Let go of all that a run held, device memory too, now and not a minute later."""
        gc.collect()

    def stop(self) -> None:
        """Give the task back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
