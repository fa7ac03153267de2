"""Recognising "out of memory" in the errors of torch and numpy, and saying it in plain words.

MPS raises a bare RuntimeError, CUDA a class of its own or a driver error, the CPU a RuntimeError or Python's
MemoryError; each has the numbers in its text only. Torch prints binary units; older versions call a GiB a GB.
"""

import re
from dataclasses import dataclass
from typing import Final

from hgt_studio.errors import OutOfMemoryError

_UNIT_BYTES: Final = {"bytes": 1, "B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}
_SIZE: Final = r"([\d.]+) ?(bytes|[KMGTP]i?B|B)\b"

# What marks the error of each device, then where the texts name the size wanted, the size in use and the limit.
_MARKS: Final = {
    "mps": re.compile(r"MPS backend out of memory|Invalid buffer size|kIOGPU\w*OutOfMemory"),
    "cuda": re.compile(r"CUDA out of memory|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED"),
    "cpu": re.compile(r"DefaultCPUAllocator: (can't allocate|not enough) memory"),
}
_REQUESTED: Final = re.compile(rf"(?:[Tt]ried to allocate|Unable to allocate|Invalid buffer size:) {_SIZE}")
_ALLOCATED: Final = re.compile(rf"MPS allocated: {_SIZE}|{_SIZE} is allocated by PyTorch")
_LIMIT: Final = re.compile(rf"max allowed: {_SIZE}|{_SIZE} allowed")
_CAPACITY: Final = re.compile(rf"total capacity of {_SIZE}")

_ADVICE: Final = {
    "mps": "train with a smaller batch size, fan-out or hidden size, or close other applications",
    "cuda": "train with a smaller batch size, fan-out or hidden size, or free the GPU of other processes",
    "cpu": "train with a smaller batch size, fan-out or hidden size, or close other applications",
}


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """An out-of-memory error, understood. Sizes in bytes, None where the text does not tell.

    device: mps, cuda, or cpu for the memory of the host.
    requested_bytes: size of the allocation that failed.
    allocated_bytes: what this process's tensors held at that moment.
    limit_bytes: what they may hold at most.
    """

    device: str
    requested_bytes: int | None = None
    allocated_bytes: int | None = None
    limit_bytes: int | None = None

    @property
    def advice(self) -> str:
        """What the user can do."""
        return _ADVICE[self.device]

    def to_error(self) -> OutOfMemoryError:
        """Our own error: one line with the numbers and the advice."""
        where = "the computer" if self.device == "cpu" else f"device '{self.device}'"
        facts = [
            f"{_format_bytes(size)} {meaning}"
            for size, meaning in (
                (self.requested_bytes, "wanted"),
                (self.allocated_bytes, "in use"),
                (self.limit_bytes, "at most"),
            )
            if size is not None
        ]
        numbers = f" ({', '.join(facts)})" if facts else ""
        return OutOfMemoryError(f"{where} ran out of memory{numbers}; {self.advice}")


def parse_out_of_memory(error: BaseException) -> OutOfMemory | None:
    """What an error says about lack of memory; None if it is about something else."""
    text = str(error)
    device = next((name for name, mark in _MARKS.items() if mark.search(text)), None)
    if device is None and isinstance(error, MemoryError):
        device = "cpu"
    if device is None:
        return None
    limit_bytes = _find(_LIMIT, text) or _find(_CAPACITY, text)
    return OutOfMemory(device, _find(_REQUESTED, text), _find(_ALLOCATED, text), limit_bytes)


def _find(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    if match is None:
        return None
    number, unit = (group for group in match.groups() if group is not None)
    return round(float(number) * _UNIT_BYTES[unit if unit in _UNIT_BYTES else unit[0]])


def _format_bytes(size: int) -> str:
    return f"{size / 2**30:.2f} GiB" if size >= 2**30 else f"{size / 2**20:.1f} MiB"
