"""The true peak of torch's memory on the CPU, as the allocator itself reports it.

The profiler hears of every block that torch's CPU allocator hands out and takes back, blocks that live only inside an
operation too. Memory of numpy and Arrow is not torch's and does not count.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from torch.autograd.profiler import profile


class PeakMeter:
    """`peak_bytes` within a `track_peak` block, above what was live at its start."""

    peak_bytes = 0


@contextmanager
def track_peak() -> Iterator[PeakMeter]:
    """Measure a block of code that frees no tensor made before it, on this thread."""
    meter = PeakMeter()
    with profile(profile_memory=True, use_kineto=True) as profiler:
        yield meter
    assert profiler.kineto_results is not None
    changes = [(e.start_ns(), e.nbytes()) for e in profiler.kineto_results.events() if e.name() == "[memory]"]
    live = 0
    for _, change_bytes in sorted(changes, key=lambda change: change[0]):
        live += change_bytes
        meter.peak_bytes = max(meter.peak_bytes, live)
