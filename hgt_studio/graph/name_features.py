"""Names as numbers: words and their character n-grams, hashed into a few columns (Weinberger et al. 2009).

As scikit-learn's HashingVectorizer with analyzer "char_wb" and the words beside it: signs alternate, so that
collisions cancel on the mean, and every row has length 1.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hgt_studio.graph.hashing import FNV_OFFSET, FNV_PRIME, Texts, mix
from hgt_studio.graph.kernel import kernel

NAME_WIDTH = 128
_SHORTEST, _LONGEST = 3, 5
_SPACE, _SIGN_BIT = 32, np.uint64(63)


def name_features(names: pa.ChunkedArray) -> npt.NDArray[np.float32]:
    """names: strings. Returns float32, shape (num_names, NAME_WIDTH), rows of length 1; of zeros without a word."""
    out = np.zeros((len(names), NAME_WIDTH), np.float32)
    _count(Texts.of(pc.utf8_lower(names)), out)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    out /= np.maximum(length, np.float32(1e-12))
    return out


@kernel
def _count(texts: Texts, out: npt.NDArray[np.float32]) -> None:
    """Add the signed count of each word and n-gram to its column."""
    for row in range(len(texts.offsets) - 1):
        text = texts.data[texts.offsets[row] : texts.offsets[row + 1]]
        first = 0
        while first < len(text):
            end = first
            while end < len(text) and _is_letter(text[end]):
                end += 1
            if end > first:
                _add_word(text, first, end, out[row])
            first = end + 1


@kernel
def _add_word(text: npt.NDArray[np.uint8], first: int, end: int, row: npt.NDArray[np.float32]) -> None:
    """The word itself, and the n-grams of its bytes with a space at either end."""
    _add(text, first, end, (first, end), row)
    for size in range(_SHORTEST, _LONGEST + 1):
        for begin in range(first - 1, end + 2 - size):
            _add(text, begin, begin + size, (first, end), row)


@kernel
def _add(
    text: npt.NDArray[np.uint8], begin: int, stop: int, word: tuple[int, int], row: npt.NDArray[np.float32]
) -> None:
    """Hash the bytes begin .. stop - 1, those outside the word being spaces."""
    state = FNV_OFFSET
    for at in range(begin, stop):
        byte = text[at] if word[0] <= at < word[1] else _SPACE
        state = (state ^ np.uint64(byte)) * FNV_PRIME
    state = mix(state)
    row[state % np.uint64(len(row))] += 1.0 if state >> _SIGN_BIT else -1.0


@kernel
def _is_letter(byte: int) -> bool:
    """Digits, lower-case letters, and all bytes of characters beyond ASCII."""
    return 48 <= byte <= 57 or 97 <= byte <= 122 or byte >= 128
