"""Memory of the computer itself, as the operating system counts it."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class HostMemory:
    """A reading of host memory, all in bytes.

    total_bytes: what the machine has.
    available_bytes: what could be had without swapping.
    swap_used_bytes: swap in use, by all processes.
    process_bytes: resident set of this process.
    """

    total_bytes: int
    available_bytes: int
    swap_used_bytes: int
    process_bytes: int


def read_host_memory() -> HostMemory:
    """Read the counters of the operating system, in about half a millisecond."""
    memory = psutil.virtual_memory()
    return HostMemory(
        total_bytes=memory.total,
        available_bytes=memory.available,
        swap_used_bytes=psutil.swap_memory().used,
        process_bytes=psutil.Process().memory_info().rss,
    )
