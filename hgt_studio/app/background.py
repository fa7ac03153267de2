"""Starting coroutines from slots: the task is kept until it is done, and an error in it is not lost."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

_tasks: Final[set[asyncio.Task[Any]]] = set()


def start_task(coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Run a coroutine on the UI thread's loop; what it raises goes to the loop's exception handler."""
    task = asyncio.get_event_loop().create_task(coroutine)
    _tasks.add(task)
    task.add_done_callback(_finish)
    return task


def _finish(task: "asyncio.Task[Any]") -> None:
    _tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler({"message": "a task failed", "exception": error, "task": task})
