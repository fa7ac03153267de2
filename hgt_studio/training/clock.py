"""How long the loop worked and how long it waited for batches."""

import time
from collections.abc import Iterable, Iterator

from hgt_studio.sampling.batch import Batch


class LoopClock:
    """Times since the last restart."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin anew."""
        self._start = time.perf_counter()
        self._waited = 0.0
        self.batches = 0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start

    @property
    def waiting_share(self) -> float:
        """Share of the time spent in `timed`, waiting for the next batch."""
        return self._waited / max(self.seconds, 1e-9)

    def timed(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches; the time until each comes counts as waiting."""
        before = time.perf_counter()
        for batch in batches:
            self._waited += time.perf_counter() - before
            self.batches += 1
            yield batch
            before = time.perf_counter()
