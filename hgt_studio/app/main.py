"""Start: the window first, then the engine behind it."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from qasync import QEventLoop

from hgt_studio.app.application import Application
from hgt_studio.app.errors import UnexpectedErrors
from hgt_studio.app.garbage import GarbageCollector
from hgt_studio.app.logs import start_log
from hgt_studio.app.preferences import Preferences
from hgt_studio.app.state.app_state import AppState
from hgt_studio.app.window import MainWindow

_NO_DISPLAY: Final = "there is no display to open a window on; use the commands instead (hgt-studio --help)"
_WORKER_THREADS: Final = 4
_CLEAN_UP_SECONDS: Final = 5.0


def run_app(files: Sequence[str]) -> int:
    """Open the window, and in it the first of the files; returns when the window is closed. 2 without a display."""
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(map(os.environ.get, displays)):
        print(f"hgt-studio: {_NO_DISPLAY}", file=sys.stderr)
        return 2
    start_log()
    application = Application()
    loop = QEventLoop(application)
    loop.set_default_executor(ThreadPoolExecutor(_WORKER_THREADS, "worker"))
    asyncio.set_event_loop(loop)
    state = AppState.make(Preferences(), application)
    window = MainWindow(state)
    errors = UnexpectedErrors(window)
    errors.install()
    loop.set_exception_handler(errors.on_loop_error)
    application.file_opened.connect(window.open_graph)
    garbage = GarbageCollector(application)
    garbage.start()
    state.engine.ready.connect(garbage.leave_out_what_is_there)
    state.session.ended.connect(garbage.collect_all)
    _AfterFirstPaint(window)
    signal.signal(signal.SIGINT, lambda *_: window.close())  # heard at the next tick of a timer, within a second
    for file in files[:1]:
        window.open_graph(Path(file).absolute())
    window.show()
    try:
        return int(loop.run_forever())
    finally:
        loop.run_until_complete(_end_tasks())
        state.engine.shut_down()
        garbage.stop()
        errors.uninstall()
        loop.close()


class _AfterFirstPaint(QObject):
    """Completes the window once it stands on the screen."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self._window.complete)
        return False


async def _end_tasks() -> None:
    """Cancel what still runs and let it clean up; what does not end in time is left behind."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_CLEAN_UP_SECONDS)
