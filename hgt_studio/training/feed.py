"""The batches of a run, step by step, from whichever step and task it goes on with."""

from collections.abc import Iterator
from itertools import islice
from types import TracebackType

from hgt_studio.sampling.batch import Batch
from hgt_studio.sampling.loader import BatchLoader
from hgt_studio.training.task import TrainingTask


class BatchFeed:
    """Prefetched batches; a context manager. `restart` must come first."""

    def __init__(self) -> None:
        self._loader: BatchLoader | None = None
        self._batches: Iterator[Batch] = iter(())
        self._batches_per_step = 1

    def restart(self, task: TrainingTask, step: int) -> None:
        """Go on with the batches of a step of a task; what was prefetched before is dropped."""
        self.close()
        sampling = task.config.sampling
        self._batches_per_step = task.config.training.gradient_accumulation_steps
        numbers = range(step * self._batches_per_step, task.num_steps * self._batches_per_step)
        self._loader = BatchLoader(
            task.maker, task.shape, numbers, threads=sampling.prefetch_threads, depth=sampling.prefetch_batches
        )
        self._batches = iter(self._loader)

    def next_step(self) -> Iterator[Batch]:
        """The batches of the next step."""
        return islice(self._batches, self._batches_per_step)

    def close(self) -> None:
        """Drop what is queued and end the threads."""
        if self._loader is not None:
            self._loader.close()
            self._loader = None

    def __enter__(self) -> "BatchFeed":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
