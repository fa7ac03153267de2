"""Start: the window is painted first, and what its panels need is imported behind it."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QEventLoop, QObject, QThread, QTimer

from hgt_studio.app.application import Application
from hgt_studio.app.logs import start_log
from hgt_studio.app.preferences import Preferences
from hgt_studio.app.window import MainWindow

_NO_DISPLAY: Final = "there is no display to open a window on; use the commands instead (hgt-studio --help)"
_NEEDED_NEXT: Final = "hgt_studio.app.running"


def run_app(files: Sequence[str]) -> int:
    """Open the window, and in it the first of the files; returns when the window is closed. 2 without a display."""
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(map(os.environ.get, displays)):
        print(f"hgt-studio: {_NO_DISPLAY}", file=sys.stderr)
        return 2
    start_log()
    application = Application()
    window = MainWindow(Preferences())
    application.file_opened.connect(window.open_graph)
    for file in files[:1]:
        window.open_graph(Path(file).absolute())
    imports = _ImportsAfterFirstPaint(window)
    window.show()
    imports.wait_for_them()
    if not window.isVisible():  # closed already
        return 0
    from hgt_studio.app.running import run_until_closed

    return run_until_closed(application, window)


class _ImportsAfterFirstPaint(QThread):
    """Imports what the panels need once the window stands on the screen; meanwhile the window answers."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._events, self._is_painted = window, QEventLoop(self), False
        self.finished.connect(self._events.quit)
        window.installEventFilter(self)

    def wait_for_them(self) -> None:
        """Returns when all is imported or the window is closed; what cannot be imported is for the next importer."""
        if self._window.isVisible():
            self._events.exec()
        self._window.removeEventFilter(self)
        self.wait()

    def run(self) -> None:
        import_module(_NEEDED_NEXT)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint and not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.start)
        elif event.type() == QEvent.Type.Close:
            self._events.quit()
        return False
