"""Memory over time: the host once a second from a thread of its own, the device at step borders."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from hgt_studio.device.base import DeviceMemory
from hgt_studio.device.host import HostMemory, read_host_memory


@dataclass(frozen=True, slots=True)
class MemoryReading:
    """Memory at one moment, `seconds` after the monitor was made; `device` is None until its owner has read it once."""

    seconds: float
    host: HostMemory
    device: DeviceMemory | None


class MemoryMonitor:
    """Hands a `MemoryReading` to a callback once per interval, and whenever the device thread brings its counters.

    The monitor's thread never touches the device (one thread owns it): the owner calls `record` between steps.
    The callback is called from both threads, so it must be quick and thread-safe, as `SimpleQueue.put` is.
    A context manager: the thread runs inside the `with` block and is joined at its end.
    """

    def __init__(self, callback: Callable[[MemoryReading], None], *, interval_seconds: float = 1.0) -> None:
        self._callback = callback
        self._interval_seconds = interval_seconds
        self._started = time.monotonic()
        self._host = read_host_memory()
        self._device: DeviceMemory | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample_host, name="memory-monitor", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()

    def record(self, device: DeviceMemory) -> None:
        """Take the device's counters, from the thread that owns it, and hand them on with the last host reading."""
        self._device = device
        self._emit()

    def _sample_host(self) -> None:
        while not self._stop.is_set():
            self._host = read_host_memory()
            self._emit()
            self._stop.wait(self._interval_seconds)

    def _emit(self) -> None:
        self._callback(MemoryReading(time.monotonic() - self._started, self._host, self._device))
