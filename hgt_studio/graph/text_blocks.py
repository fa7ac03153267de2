"""Streams a delimited text file as blocks of whole rows, and says in which row it is broken."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pyarrow as pa

from hgt_studio.graph import tokenizer
from hgt_studio.graph.file_format import TextFile
from hgt_studio.graph.text_block import TextBlock, row_error

BLOCK_BYTES = 4 << 20


@dataclass(frozen=True)
class TextLayout:
    """How a text file is cut into fields."""

    delimiter: str
    num_columns: int
    has_header: bool


def text_blocks(path: Path, layout: TextLayout, columns: Sequence[int]) -> Generator[TextBlock, None, None]:
    """The rows below the header, in blocks; field `f` of a block is column `columns[f]` of the file.

    A last line without its newline comes as a block of its own, not `terminated`.

    Raises:
        InputError: the file cannot be read, or a row is broken (its number is given).
    """
    cutter = _RowCutter(path, layout, columns)
    with TextFile.open(path) as file:
        carry = b""
        at_end = False
        while not at_end:
            text = bytearray(len(carry) + BLOCK_BYTES)
            text[: len(carry)] = carry
            size = len(carry) + file.read_into(memoryview(text)[len(carry) :])
            at_end = size < len(text)
            block, consumed = cutter.cut(text, text.rfind(b"\n", 0, size) + 1, file.bytes_done)
            carry = bytes(memoryview(text)[consumed:size])
            cutter.check_open_row(carry)
            if block.num_rows:
                yield block
        if carry and (block := cutter.cut_last_line(carry, file.bytes_done)).num_rows:
            yield block


class _RowCutter:
    """Cuts consecutive pieces of a file into rows; knows the line it stands at."""

    def __init__(self, path: Path, layout: TextLayout, columns: Sequence[int]) -> None:
        self._file_name = path.name
        self._layout = layout
        self._slots = np.full(layout.num_columns, -1, np.int32)
        self._slots[list(columns)] = np.arange(len(columns))
        self._line = 1
        self._header_pending = layout.has_header

    def cut(self, text: bytearray, size: int, bytes_done: int) -> tuple[TextBlock, int]:
        """The whole rows in `text[:size]`, which ends with a line feed, and the number of bytes they take."""
        self._check_characters(text, size)
        block, consumed, state, columns = self._tokenize(text, size, bytes_done)
        if state != tokenizer.OPEN_ROW:
            self._check_state(state, columns)
        return block, consumed

    def cut_last_line(self, carry: bytes, bytes_done: int) -> TextBlock:
        """The last line of a file, which lacks its newline."""
        text = bytearray(carry + b"\n")
        block, _, state, columns = self._tokenize(text, len(text), bytes_done)
        expected = self._layout.num_columns
        if state == tokenizer.WRONG_FIELD_COUNT and columns < expected:
            self._fail(
                f"the last line breaks off after {columns} of {expected} columns; the file is cut, download it again"
            )
        if state == tokenizer.OPEN_ROW and b"\n" not in carry:
            self._fail(
                "the last line breaks off in a quoted field; close the quote, or download the file again if it is cut"
            )
        self._check_state(state, columns)
        self._check_characters(text, len(text))
        return replace(block, terminated=False)

    def check_open_row(self, carry: bytes) -> None:
        """A row that goes on for more than a block is none."""
        if len(carry) > BLOCK_BYTES:
            self._check_state(tokenizer.OPEN_ROW, 0)

    def _check_state(self, state: int, columns: int) -> None:
        match state:
            case tokenizer.WRONG_FIELD_COUNT:
                self._fail(f"{columns} columns where {self._layout.num_columns} are expected; correct this row")
            case tokenizer.BROKEN_QUOTE:
                self._fail("broken quoting, text follows a closing quote; write quotes inside a quoted field twice")
            case tokenizer.OPEN_ROW:
                self._fail("broken quoting, a quote opened in this row is never closed; close or remove it")

    def _tokenize(self, text: bytearray, size: int, bytes_done: int) -> tuple[TextBlock, int, int, int]:
        data = np.frombuffer(text, np.uint8, size)
        max_rows = size // len(self._slots) + 1
        num_fields = int((self._slots >= 0).sum())
        start, length = np.empty((2, num_fields, max_rows), np.int32)
        line = np.empty(max_rows, np.int64)
        rows, consumed, lines, state, columns = tokenizer.tokenize(
            data, ord(self._layout.delimiter), self._slots, start, length, line
        )
        first = min(rows, 1) if self._header_pending else 0
        self._header_pending = self._header_pending and rows == 0
        row_number = line[first:rows] + self._line
        self._line += lines
        block = TextBlock(data, start[:, first:rows], length[:, first:rows], row_number, self._file_name, bytes_done)
        return block, consumed, state, columns

    def _check_characters(self, text: bytearray, size: int) -> None:
        nul = text.find(b"\0", 0, size)
        if nul >= 0:
            self._line += text.count(b"\n", 0, nul)
            self._fail("a NUL byte; the file is damaged or not text in UTF-8, save or download it again")
        whole = pa.LargeStringArray.from_buffers(1, pa.py_buffer(np.array([0, size])), pa.py_buffer(text))
        try:
            whole.validate(full=True)
        except pa.ArrowInvalid:
            try:
                text[:size].decode()
            except UnicodeDecodeError as error:
                self._line += text.count(b"\n", 0, error.start)
            self._fail("the text is not UTF-8; save the file in UTF-8")

    def _fail(self, reason: str) -> NoReturn:
        raise row_error(self._file_name, self._line, reason)
