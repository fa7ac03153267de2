"""The engine thread: the only one that touches torch's devices, from the first import of torch to the last job.

Two Python threads that issue MPS operations abort the process (see `hgt_studio.device.ownership`), so training,
evaluating, embedding and reading a device's memory are jobs of this one thread.
"""

import asyncio
import ctypes
import logging
import os
import platform
import sys
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import QObject, QThread, Signal

from hgt_studio.config import DeviceConfig
from hgt_studio.errors import CancelledError

if TYPE_CHECKING:
    from hgt_studio.device.selection import DeviceDescription

Result = TypeVar("Result")

_STACK_BYTES: Final = 64 << 20  # macOS gives a thread 512 KiB, too little for numba's compiler
_ROOMS: Final = (
    ("torch", "Loading torch"),
    ("hgt_studio.app.charts.plot", "Loading the charts"),
    ("hgt_studio.graph", "Loading the graph reader"),
    ("hgt_studio.pipeline", "Loading the trainer"),
    ("hgt_studio.calibration", "Loading the estimate"),
    ("torch._dynamo", "Loading the optimiser"),  # or the first run would import it, ...
    ("scipy.stats", "Loading the metrics"),  # ... and the first evaluation this
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the engine found here: every kind of device, the preferred first, and versions by package."""

    devices: "tuple[DeviceDescription, ...]"
    versions: dict[str, str]


class Engine(QThread):
    """Runs jobs one after another, once what they need is imported.

    importing: words about what is being loaded; ready: `EngineInfo`; failed: one line, and every job fails too.
    """

    importing = Signal(str)
    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, device: DeviceConfig, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("engine")
        self.setStackSize(_STACK_BYTES)
        self._device = device
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._compiler = Thread(target=_compile_kernels, name="kernels")
        self._closed = False
        self.info: EngineInfo | None = None

    def submit(self, job: Callable[[], Result]) -> Future[Result]:
        """Run a job on the thread, after those before it; a job that has not begun can be cancelled."""
        future: Future[Result] = Future()
        if self._closed:
            future.set_exception(CancelledError("the program is closing"))
        else:
            self._jobs.put((future, job))
        return future

    async def started_up(self) -> None:
        """Wait until everything is imported; raises what stood in the way."""
        if self.info is None:
            await asyncio.wrap_future(self.submit(_do_nothing))

    def shut_down(self) -> None:
        """End the thread after the job it is at; jobs that wait are cancelled."""
        self._closed = True
        self._jobs.put(None)
        self.wait()
        if self._compiler.is_alive():
            self._compiler.join()

    def run(self) -> None:
        """Qt's entry point of the thread."""
        broken: BaseException | None = None
        try:
            self._start_up()
        except BaseException as error:  # whatever torch dies of, the window must be able to say so
            _log.exception("the engine cannot start")
            broken = error
            self.failed.emit(" ".join(str(error).split()) or type(error).__name__)
        while (item := self._jobs.get()) is not None:
            future, job = item
            if self._closed:
                future.cancel()
            elif future.set_running_or_notify_cancel():
                _run(job, future) if broken is None else future.set_exception(broken)
            del item, future, job  # while it waits, the thread keeps no graph and no network alive

    def _start_up(self) -> None:
        from hgt_studio.device.environment import prepare_environment

        prepare_environment(self._device)
        for module, words in _ROOMS:
            self.importing.emit(words)
            if module == "torch":
                _preload_torch()
            import_module(module)
        self.importing.emit("Looking for devices")
        from hgt_studio.device.selection import describe_devices

        self.info = EngineInfo(describe_devices(), _versions())
        self.ready.emit(self.info)
        self._compiler.start()


def _compile_kernels() -> None:
    """Beside everything else, as it touches no device: a second, and half a minute after an installation."""
    from hgt_studio.training.kernels import compile_kernels

    compile_kernels()


def _preload_torch() -> None:
    """Map torch's largest library (0.4 GB) while the UI thread runs on: an import holds Python's lock all the time.

    A foreign call does not. If the library is not where it is expected, the import that follows says what is wrong.
    """
    torch = find_spec("torch")
    if sys.platform == "win32" or torch is None or not torch.submodule_search_locations:
        return
    suffix = "dylib" if sys.platform == "darwin" else "so"
    library = Path(torch.submodule_search_locations[0]) / "lib" / f"libtorch_cpu.{suffix}"
    ctypes.CDLL(None).dlopen(bytes(library), os.RTLD_NOW)


def _run(job: Callable[[], Any], future: Future[Any]) -> None:
    try:
        result = job()
    except BaseException as error:  # the future carries it to the one who asked
        future.set_exception(error)
    else:
        future.set_result(result)


def _do_nothing() -> None:
    """The job of those who wait for the jobs before."""


def _versions() -> dict[str, str]:
    from hgt_studio.export.manifest import package_versions

    return {"python": platform.python_version(), **package_versions()}
