"""What a piece of work allocates: how much stays, and the most that was live at once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from hgt_studio.device.base import Device


class Allocations:
    """Of a `track_allocations` block, in bytes, known at its end. peak_bytes counts from the block's start."""

    def __init__(self) -> None:
        self.kept_bytes = 0
        self.peak_bytes = 0


@contextmanager
def track_allocations(device: Device) -> Iterator[Allocations]:
    """Measure a block that runs on one thread.

    Accelerators count their memory themselves. On the CPU, torch's profiler hears of every block that its allocator
    hands out and takes back, also of those that live only inside an operation; memory of numpy and Arrow is not
    torch's and does not count.
    """
    found = Allocations()
    if device.name == "cpu":
        with _heard_by_the_profiler(found):
            yield found
        return
    before = device.memory().allocated_bytes
    device.reset_peak()
    yield found
    device.synchronize()
    after = device.memory()
    found.kept_bytes, found.peak_bytes = after.allocated_bytes - before, after.peak_bytes - before


@contextmanager
def _heard_by_the_profiler(found: Allocations) -> Iterator[None]:
    os.environ.setdefault("KINETO_LOG_LEVEL", "6")  # else the profiler tells the terminal that it starts and stops
    from torch.autograd.profiler import profile

    with profile(profile_memory=True, use_kineto=True) as profiler:
        yield
    assert profiler.kineto_results is not None
    changes = [(e.start_ns(), e.nbytes()) for e in profiler.kineto_results.events() if e.name() == "[memory]"]
    for _, change_bytes in sorted(changes, key=lambda change: change[0]):
        found.kept_bytes += change_bytes
        found.peak_bytes = max(found.peak_bytes, found.kept_bytes)
