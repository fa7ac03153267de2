"""Strings become small integers: an open-addressing hash table over bytes, filled by a kernel."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.text_block import Bytes, TextBlock

HEAD_BYTES: Final = 8
HEAD, SIZE, TAG, BEGIN = range(4)


class _Entries(NamedTuple):
    """The table's arrays, as a kernel takes them.

    slots: int32, a power of two of them: the code of the string that hashes there, or -1.
    records: int64, shape (capacity, 4): first eight bytes, size, tag, and place in `text` of each string, so that one
        cache line tells most strings apart.
    text: uint8, the strings one after the other.
    """

    slots: IntArray
    records: IntArray
    text: Bytes


class StringTable:
    """Codes 0, 1, ... for distinct (string, tag) pairs in order of appearance."""

    def __init__(self) -> None:
        self._count = 0
        self._text_size = 0
        self._entries = _Entries(np.full(1024, -1, np.int32), np.empty((0, 4), np.int64), np.empty(0, np.uint8))

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
        count, self._text_size = _encode(
            block.data, start, length, tags, self._entries, self._count, self._text_size, codes, new
        )
        new = new[: count - self._count].copy()
        self._count = count
        return codes, new

    def strings(self) -> list[str]:
        """All strings by code."""
        text = self._entries.text.tobytes()
        begins, sizes = (self._entries.records[: self._count, column].tolist() for column in (BEGIN, SIZE))
        return [text[begin : begin + size].decode() for begin, size in zip(begins, sizes, strict=True)]

    def tags(self) -> IntArray:
        """All tags by code, int64."""
        return self._entries.records[: self._count, TAG]

    def _reserve(self, new_strings: int, new_bytes: int) -> None:
        """Make room, so that the kernel need not look."""
        slots, records, text = self._entries
        capacity = self._count + new_strings
        if capacity > len(records):
            records = np.resize(records, (2 * capacity, 4))
        if self._text_size + new_bytes > len(text):
            text = np.resize(text, 2 * (self._text_size + new_bytes))
        if 2 * capacity > len(slots):
            slots = np.full(1 << (4 * capacity - 1).bit_length(), -1, np.int32)
        entries = _Entries(slots, records, text)
        if slots is not self._entries.slots:
            _fill_slots(entries, self._count)
        self._entries = entries


@kernel
def _fill_slots(entries: _Entries, count: int) -> None:
    mask = np.uint64(len(entries.slots) - 1)
    for code in range(count):
        head, size, tag, begin = entries.records[code]
        slot = _hash(head, entries.text, begin, size, tag) & mask
        while entries.slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        entries.slots[slot] = code


@kernel
def _encode(
    data: Bytes, start: IntArray, length: IntArray, tags: IntArray, entries: _Entries, count: int, text_size: int,
    codes: IntArray, new: IntArray,
) -> tuple[int, int]:  # fmt: skip
    num_fields, num_rows = codes.shape
    first_new = count
    for row in range(num_rows):
        for field in range(num_fields):
            begin, size, tag = start[field, row], length[field, row], tags[field, row]
            head = _head(data, begin, size)
            code = codes[field, row - 1] if row else -1
            if code < 0 or not _equals(entries, code, head, data, begin, size, tag):
                code, slot = _find(entries, head, data, begin, size, tag)
            if code < 0:
                code = count
                entries.slots[slot] = code
                record = entries.records[code]
                record[HEAD], record[SIZE], record[TAG], record[BEGIN] = head, size, tag, text_size
                entries.text[text_size : text_size + size] = data[begin : begin + size]
                text_size += size
                new[count - first_new] = row * num_fields + field
                count += 1
            codes[field, row] = code
    return count, text_size


@kernel
def _find(entries: _Entries, head: int, data: Bytes, begin: int, size: int, tag: int) -> tuple[int, int]:
    """The code of a string, or -1, and its slot, or the free slot for it."""
    mask = np.uint64(len(entries.slots) - 1)
    slot = _hash(head, data, begin, size, tag) & mask
    while True:
        code = entries.slots[slot]
        if code < 0 or _equals(entries, code, head, data, begin, size, tag):
            return int(code), int(slot)
        slot = (slot + np.uint64(1)) & mask


@kernel
def _head(data: Bytes, begin: int, size: int) -> int:
    """The first eight bytes as one number."""
    head = 0
    for i in range(min(size, HEAD_BYTES)):
        head = head << 8 | data[begin + i]
    return head


@kernel
def _equals(entries: _Entries, code: int, head: int, data: Bytes, begin: int, size: int, tag: int) -> bool:
    record = entries.records[code]
    if record[HEAD] != head or record[SIZE] != size or record[TAG] != tag:
        return False
    for i in range(HEAD_BYTES, size):  # noqa: SIM110 (a generator is slower when compiled)
        if entries.text[record[BEGIN] + i] != data[begin + i]:
            return False
    return True


@kernel
def _hash(head: int, data: Bytes, begin: int, size: int, tag: int) -> np.uint64:
    """FNV-1a over eight bytes, the tag and the other bytes, then MurmurHash3's finaliser: low bits address slots."""
    value = (np.uint64(head) ^ np.uint64(0xCBF29CE484222325)) * np.uint64(0x100000001B3)
    value = (value ^ np.uint64(tag)) * np.uint64(0x100000001B3)
    for i in range(HEAD_BYTES, size):
        value = (value ^ np.uint64(data[begin + i])) * np.uint64(0x100000001B3)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    return value
