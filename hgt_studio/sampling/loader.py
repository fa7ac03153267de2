"""Prefetching: batches are made in threads, in a bounded queue, and come out in order.

Kernels release the interpreter lock, so plain threads suffice: no worker processes, nothing pickled. Which thread
makes a batch does not matter to what is in it.
"""

import queue
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from hgt_studio.sampling.batch import Batch
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.sampling.shape import BatchShape


class BatchLoader:
    """Iterates over batches `first .. end - 1`, keeping up to `depth` of them ready; a context manager.

    threads = 0 makes every batch when it is asked for.
    """

    def __init__(self, maker: BatchMaker, shape: BatchShape, batches: range, *, threads: int, depth: int) -> None:
        self._shape, self._numbers, self._depth = shape, iter(batches), max(depth, threads)
        self._makers: queue.SimpleQueue[BatchMaker] = queue.SimpleQueue()
        for _ in range(max(1, threads)):
            self._makers.put(maker.copy())
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sampling") if threads else None
        self._pending: deque[Future[Batch]] = deque()

    def __iter__(self) -> Iterator[Batch]:
        if self._pool is None:
            yield from map(self._make, self._numbers)
            return
        self._fill(self._pool)
        while self._pending:
            batch = self._pending.popleft().result()
            self._fill(self._pool)
            yield batch

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        while len(self._pending) < self._depth:
            number = next(self._numbers, None)
            if number is None:
                return
            self._pending.append(pool.submit(self._make, number))

    def _make(self, number: int) -> Batch:
        maker = self._makers.get()
        try:
            return maker.make(number, self._shape)
        finally:
            self._makers.put(maker)

    @property
    def ready(self) -> int:
        """How many batches are made and waiting."""
        return sum(future.done() for future in self._pending)

    def close(self) -> None:
        """Drop what is queued and end the threads."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> "BatchLoader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
