"""The window from its first paint to its end: asyncio on Qt's loop, the engine, and what catches errors."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from qasync import QEventLoop

from hgt_studio.app.application import Application
from hgt_studio.app.background import start_task
from hgt_studio.app.errors import UnexpectedErrors
from hgt_studio.app.garbage import GarbageCollector
from hgt_studio.app.state.app_state import AppState
from hgt_studio.app.window import MainWindow
from hgt_studio.app.workspace import Workspace

_WORKER_THREADS: Final = 4
_CLEAN_UP_SECONDS: Final = 5.0


def run_until_closed(application: Application, window: MainWindow) -> int:
    """Fill the window with its panels and run it; returns the exit code of the program."""
    loop = QEventLoop(application)
    loop.set_default_executor(ThreadPoolExecutor(_WORKER_THREADS, "worker"))
    asyncio.set_event_loop(loop)
    state = AppState.make(window.preferences, application)
    errors = UnexpectedErrors(window)
    errors.install()
    loop.set_exception_handler(errors.on_loop_error)
    garbage = GarbageCollector(application)
    garbage.start()
    state.engine.ready.connect(garbage.leave_out_what_is_there)
    state.session.ended.connect(garbage.collect_all)
    signal.signal(signal.SIGINT, lambda *_: window.close())  # heard at the next tick of a timer, within a second
    start_task(_fill(window, state))
    try:
        return int(loop.run_forever())
    finally:
        loop.run_until_complete(_end_tasks())
        state.engine.shut_down()
        garbage.stop()
        errors.uninstall()
        loop.close()


async def _fill(window: MainWindow, state: AppState) -> None:
    """The panels in sight, then the others, then the engine."""
    workspace = Workspace(window, state)
    await workspace.make_other_panels()
    window.set_workspace(workspace)
    state.engine.start()


async def _end_tasks() -> None:
    """Cancel what still runs and let it clean up; what does not end in time is left behind."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_CLEAN_UP_SECONDS)
