"""Hashes of texts, the same on every machine and in every process."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hgt_studio.graph.kernel import kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
FNV_OFFSET = np.uint64(0xCBF29CE484222325)
FNV_PRIME = np.uint64(0x100000001B3)


class Texts(NamedTuple):
    """UTF-8 texts, one behind the other. Text i is `data[offsets[i] : offsets[i + 1]]`; uint8 and int64."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "Texts":
        """Of a column of strings; null is the empty text."""
        array = column.cast(pa.large_string()).fill_null("").combine_chunks()
        _, offsets, data = array.buffers()
        first, last = array.offset, array.offset + len(array) + 1
        return cls(np.frombuffer(data or b"", np.uint8), np.frombuffer(offsets, np.int64)[first:last])


@kernel
def mix(x: np.uint64) -> np.uint64:
    """SplitMix64's finaliser (Steele, Lea & Flood 2014): 64 well-mixed bits of a 64-bit key."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


@kernel
def hash_texts(texts: Texts) -> npt.NDArray[np.uint64]:
    """FNV-1a of each text, mixed. Returns uint64, shape (num_texts,)."""
    out = np.empty(len(texts.offsets) - 1, np.uint64)
    for i in range(len(out)):
        state = FNV_OFFSET
        for byte in texts.data[texts.offsets[i] : texts.offsets[i + 1]]:
            state = (state ^ np.uint64(byte)) * FNV_PRIME
        out[i] = mix(state)
    return out
