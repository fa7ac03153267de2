import threading
import time
from collections.abc import Callable

import pytest
import torch

from hgt_studio.sampling.batch import Batch
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.sampling.loader import BatchLoader
from hgt_studio.sampling.plan import plan_shape
from hgt_studio.sampling.shape import BatchShape, SeedShares
from tests.helpers.graphs import random_graph
from tests.helpers.subgraphs import random_maker

Watch = Callable[[int], None]


class WatchedMaker(BatchMaker):
    """Makes the same batches and tells of each before it begins; copies tell the same listener."""

    watch: Watch

    @classmethod
    def of(cls, maker: BatchMaker, watch: Watch) -> "WatchedMaker":
        self = cls(maker._graph, maker._sampler, maker._supervision, maker._known, maker._seed)
        self.watch = watch
        return self

    def copy(self) -> "WatchedMaker":
        return WatchedMaker.of(super().copy(), self.watch)

    def make(self, index: int, shape: BatchShape) -> Batch:
        self.watch(index)
        return super().make(index, shape)


@pytest.fixture(scope="module")
def maker() -> BatchMaker:
    return random_maker(random_graph(1))


@pytest.fixture(scope="module")
def shape(maker: BatchMaker) -> BatchShape:
    return plan_shape([maker.measure(index, 4, 8) for index in range(8)], random_graph(1), SeedShares(8, 5, 3), 4, 8)


def load(maker: BatchMaker, shape: BatchShape, batches: range, threads: int) -> list[tuple[int, bytes, bytes]]:
    with BatchLoader(maker, shape, batches, threads=threads, depth=4) as loader:
        return [(batch.index, batch.indices.numpy().tobytes(), batch.masks.numpy().tobytes()) for batch in loader]


def test_threads_and_start_do_not_matter(maker: BatchMaker, shape: BatchShape) -> None:
    alone = load(maker, shape, range(40), threads=0)
    assert [index for index, *_ in alone] == list(range(40))
    assert len({indices for _, indices, _ in alone}) == 40
    assert load(maker, shape, range(40), threads=1) == alone
    assert load(maker, shape, range(40), threads=3) == alone
    assert load(maker, shape, range(17, 40), threads=3) == alone[17:]
    assert load(maker, shape, range(17, 40), threads=0) == alone[17:]


@pytest.mark.parametrize(("threads", "depth", "ahead"), [(1, 3, 3), (2, 5, 5), (3, 1, 3)])
def test_queue_is_bounded(maker: BatchMaker, shape: BatchShape, threads: int, depth: int, ahead: int) -> None:
    """No more than `depth` batches are begun ahead of the consumer, or as many as there are threads."""
    begun: list[int] = []
    with BatchLoader(WatchedMaker.of(maker, begun.append), shape, range(100), threads=threads, depth=depth) as loader:
        batches = iter(loader)
        for taken in range(1, 6):
            next(batches)
            wait_until(lambda: loader.ready == ahead)
            assert len(begun) == taken + ahead


def test_nothing_is_begun_before_it_is_asked_for(maker: BatchMaker, shape: BatchShape) -> None:
    begun: list[int] = []
    with BatchLoader(WatchedMaker.of(maker, begun.append), shape, range(9), threads=0, depth=4) as loader:
        assert loader.ready == 0
        next(iter(loader))
    assert begun == [0]


def test_closing_early_leaves_no_thread(maker: BatchMaker, shape: BatchShape) -> None:
    before = set(threading.enumerate())
    begun: list[int] = []
    with BatchLoader(WatchedMaker.of(maker, begun.append), shape, range(10**6), threads=3, depth=8) as loader:
        next(iter(loader))
        assert set(threading.enumerate()) - before
    assert set(threading.enumerate()) <= before
    assert len(begun) <= 1 + 8


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_failure_in_a_thread_reaches_the_consumer_in_its_turn(
    maker: BatchMaker, shape: BatchShape, threads: int
) -> None:
    def fail_at_five(index: int) -> None:
        if index == 5:
            raise RuntimeError("batch five")

    taken = []
    watched = WatchedMaker.of(maker, fail_at_five)
    with (
        pytest.raises(RuntimeError, match="batch five"),
        BatchLoader(watched, shape, range(20), threads=threads, depth=4) as loader,
    ):
        taken.extend(batch.index for batch in loader)
    assert taken == [0, 1, 2, 3, 4]
    assert not any(thread.name.startswith("sampling") for thread in threading.enumerate())


def test_batches_are_independent_memory(maker: BatchMaker, shape: BatchShape) -> None:
    with BatchLoader(maker, shape, range(2), threads=1, depth=1) as loader:
        first, second = loader
    kept = second.indices.clone()
    first.indices.zero_()
    assert torch.equal(second.indices, kept)


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)
