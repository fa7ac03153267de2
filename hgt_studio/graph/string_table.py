"""Strings become small integers: an open-addressing hash table over bytes, filled by a kernel."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.text_block import Bytes, TextBlock

HashArray = npt.NDArray[np.uint64]
Scalar = TypeVar("Scalar", bound=np.generic)


class _Entries(NamedTuple):
    """The table's arrays, as a kernel takes them.

    slots: int32, a power of two of them: the code of the string that hashes there, or -1.
    hashes, tags: uint64 and int64, shape (capacity,).
    text: uint8, the strings one after the other; text_ptr: int64, shape (capacity + 1,).
    """

    slots: IntArray
    hashes: HashArray
    tags: IntArray
    text: Bytes
    text_ptr: IntArray


class StringTable:
    """Codes 0, 1, ... for distinct (string, tag) pairs in order of appearance."""

    def __init__(self) -> None:
        self._count = 0
        self._entries = _Entries(
            np.full(1024, -1, np.int32),
            np.empty(0, np.uint64),
            np.empty(0, np.int64),
            np.empty(0, np.uint8),
            np.zeros(1, np.int64),
        )

    def __len__(self) -> int:
        return self._count

    def encode(
        self, block: TextBlock, fields: Sequence[int], tags: IntArray | None = None
    ) -> tuple[IntArray, IntArray]:
        """Codes of some fields of a block; strings not seen before are added, row by row.

        tags: int64, shape (num_fields, num_rows): what else two equal strings must share to be the same; None: nothing.

        Returns:
            the codes, int32, shape (num_fields, num_rows); for each new string its place, `row * num_fields + field`.
        """
        start, length = block.start[list(fields)], block.length[list(fields)]
        tags = np.zeros(start.shape, np.int64) if tags is None else tags
        self._reserve(start.size, int(length.sum()))
        codes = np.empty(start.shape, np.int32)
        new = np.empty(start.size, np.int32)
        count = _encode(block.data, start, length, tags, self._entries, self._count, codes, new)
        new = new[: count - self._count].copy()
        self._count = count
        return codes, new

    def strings(self) -> pa.LargeStringArray:
        """All strings by code."""
        pointers = self._entries.text_ptr[: self._count + 1]
        return pa.LargeStringArray.from_buffers(self._count, pa.py_buffer(pointers), pa.py_buffer(self._entries.text))

    def tags(self) -> IntArray:
        """All tags by code, int64."""
        return self._entries.tags[: self._count]

    def _reserve(self, new_strings: int, new_bytes: int) -> None:
        """Make room, so that the kernel need not look."""
        slots, hashes, tags, text, text_ptr = self._entries
        capacity = self._count + new_strings
        if capacity > len(hashes):
            hashes, tags = _grown(hashes, 2 * capacity), _grown(tags, 2 * capacity)
            text_ptr = _grown(text_ptr, 2 * capacity + 1)
        if text_ptr[self._count] + new_bytes > len(text):
            text = _grown(text, 2 * (int(text_ptr[self._count]) + new_bytes))
        if 2 * capacity > len(slots):
            slots = np.full(1 << (4 * capacity - 1).bit_length(), -1, np.int32)
            _fill_slots(slots, hashes, self._count)
        self._entries = _Entries(slots, hashes, tags, text, text_ptr)


def _grown(values: npt.NDArray[Scalar], size: int) -> npt.NDArray[Scalar]:
    """A longer copy; what is new is not set."""
    longer = np.empty(size, values.dtype)
    longer[: len(values)] = values
    return longer


@kernel
def _fill_slots(slots: IntArray, hashes: HashArray, count: int) -> None:
    mask = np.uint64(len(slots) - 1)
    for code in range(count):
        slot = hashes[code] & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = code


@kernel
def _encode(
    data: Bytes,
    start: IntArray,
    length: IntArray,
    tags: IntArray,
    entries: _Entries,
    count: int,
    codes: IntArray,
    new: IntArray,
) -> int:
    num_fields, num_rows = codes.shape
    first_new = count
    for row in range(num_rows):
        for field in range(num_fields):
            begin, size, tag = start[field, row], length[field, row], tags[field, row]
            code = codes[field, row - 1] if row else -1
            if code < 0 or not _equals(entries, code, data, begin, size, tag):
                code = _find_or_add(entries, count, data, begin, size, tag)
                if code == count:
                    new[count - first_new] = row * num_fields + field
                    count += 1
            codes[field, row] = code
    return count


@kernel
def _find_or_add(entries: _Entries, count: int, data: Bytes, begin: int, size: int, tag: int) -> int:
    """The code of a string; `count` if it was added."""
    mask = np.uint64(len(entries.slots) - 1)
    value = _hash(data, begin, size, tag)
    slot = value & mask
    while True:
        code = entries.slots[slot]
        if code < 0:
            break
        if entries.hashes[code] == value and _equals(entries, code, data, begin, size, tag):
            return int(code)
        slot = (slot + np.uint64(1)) & mask
    entries.slots[slot] = count
    entries.hashes[count] = value
    entries.tags[count] = tag
    target = entries.text_ptr[count]
    for i in range(size):
        entries.text[target + i] = data[begin + i]
    entries.text_ptr[count + 1] = target + size
    return count


@kernel
def _equals(entries: _Entries, code: int, data: Bytes, begin: int, size: int, tag: int) -> bool:
    target = entries.text_ptr[code]
    if entries.text_ptr[code + 1] - target != size or entries.tags[code] != tag:
        return False
    for i in range(size):  # noqa: SIM110 (a generator is slower when compiled)
        if entries.text[target + i] != data[begin + i]:
            return False
    return True


@kernel
def _hash(data: Bytes, begin: int, size: int, tag: int) -> np.uint64:
    """FNV-1a over the bytes, then the finaliser of MurmurHash3 (the low bits address the slots)."""
    value = np.uint64(0xCBF29CE484222325) ^ (np.uint64(tag) * np.uint64(0x9E3779B97F4A7C15))
    for i in range(size):
        value = (value ^ np.uint64(data[begin + i])) * np.uint64(0x100000001B3)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    return value
