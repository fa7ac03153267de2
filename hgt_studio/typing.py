"""Names shared by every room: small protocols and aliases, no behaviour but the cancel token."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hgt_studio.errors import CancelledError

DeviceKind = Literal["mps", "cuda", "cpu"]
DeviceName = Literal["auto", "mps", "cuda", "cpu"]


class Triplet(NamedTuple):
    """A kind of edge: source node type, relation, destination node type. Messages flow from source to destination."""

    source_type: str
    relation: str
    destination_type: str

    def __str__(self) -> str:
        return f"({self.source_type}, {self.relation}, {self.destination_type})"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long operation is. `total` is 0 while unknown; `unit` names what is counted (rows, bytes, nodes)."""

    phase: str
    done: int
    total: int = 0
    unit: str = "rows"


ProgressCallback = Callable[[Progress], None]


class CancelToken:
    """Cancel, pause and finish early, shared between the one who asks and the worker, which looks between batches.

    Thread-safe. The worker calls `check()`, which waits while paused and raises once cancelled.
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._finishing = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def cancel(self) -> None:
        """Ask the worker to stop at its next check; ends a pause."""
        self._cancelled.set()
        self._running.set()

    def finish(self) -> None:
        """Ask the worker to end what repeats (epochs) and to complete the rest; ends a pause."""
        self._finishing.set()
        self._running.set()

    def pause(self) -> None:
        """Ask the worker to wait at its next check."""
        self._running.clear()

    def resume(self) -> None:
        """Let a paused worker go on."""
        self._running.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def finishing(self) -> bool:
        return self._finishing.is_set()

    @property
    def paused(self) -> bool:
        return not self._running.is_set()

    def check(self) -> None:
        """Wait while paused; raise `CancelledError` once cancelled."""
        self._running.wait()
        if self._cancelled.is_set():
            raise CancelledError("stopped by the user")
