"""A run of table rows as spans of text in one buffer: what every file format is turned into before it is encoded."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hgt_studio.errors import InputError
from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class TextBlock:
    """Some consecutive rows; field `f` of row `r` is `data[start[f, r] : start[f, r] + length[f, r]]`, UTF-8.

    data: uint8, shape (num_bytes,).
    start, length: int32, shape (num_fields, num_rows).
    row_number: int64, shape (num_rows,): for a text file the line in which the row begins, counted from 1.
    bytes_done: how much of the file was read when this block was complete.
    terminated: False for a last line without its newline.
    """

    data: Bytes
    start: IntArray
    length: IntArray
    row_number: IntArray
    file_name: str
    bytes_done: int
    terminated: bool = True

    @property
    def num_rows(self) -> int:
        return len(self.row_number)

    def text(self, field: int, row: int) -> str:
        """One field, decoded."""
        start = int(self.start[field, row])
        return self.data[start : start + int(self.length[field, row])].tobytes().decode()

    def error(self, row: int, reason: str) -> InputError:
        """What is wrong with a row."""
        return row_error(self.file_name, int(self.row_number[row]), reason)

    def gather(self, fields: IntArray, rows: IntArray) -> pa.StringArray:
        """The texts at some places; field -1 stands for an empty text."""
        length = np.where(fields < 0, 0, self.length[fields, rows])
        offsets, text = _gather(self.data, self.start[fields, rows], length)
        return pa.StringArray.from_buffers(len(rows), pa.py_buffer(offsets), pa.py_buffer(text))


def row_error(file_name: str, row_number: int, reason: str) -> InputError:
    """What is wrong with a row of a file."""
    return InputError(f"'{file_name}', row {row_number}: {reason}")


@kernel
def _gather(data: Bytes, start: IntArray, length: IntArray) -> tuple[IntArray, Bytes]:
    offsets = np.zeros(len(start) + 1, np.int32)
    for i in range(len(start)):
        offsets[i + 1] = offsets[i] + length[i]
    text = np.empty(offsets[-1], np.uint8)
    for i in range(len(start)):
        for j in range(length[i]):
            text[offsets[i] + j] = data[start[i] + j]
    return offsets, text
