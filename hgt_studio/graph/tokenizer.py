"""Finds the fields of delimited text (RFC 4180): the one loop over the bytes of a text file.

A quote opens a quoted field only at the field's start; inside it `""` is a quote, and line ends are text.
"""

from typing import Final

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.text_block import Bytes

LINE_FEED: Final = 10
CARRIAGE_RETURN: Final = 13
QUOTE: Final = 34

COMPLETE: Final = 0
OPEN_ROW: Final = 1
WRONG_FIELD_COUNT: Final = 2
BROKEN_QUOTE: Final = 3


@kernel
def tokenize(
    data: Bytes, delimiter: int, slots: IntArray, start: IntArray, length: IntArray, line: IntArray
) -> tuple[int, int, int, int, int]:
    """Find the fields of all whole rows; blank lines are skipped.

    data: uint8, text whose last byte is a line feed; escaped quotes in whole rows are undone in place.
    slots: int32, shape (num_columns,): the row of `start` and `length` that a column goes to, or -1.
    start, length: int32, shape (num_fields, max_rows), filled.
    line: int64, shape (max_rows,), filled: line feeds before the row.

    Returns:
        number of rows, bytes they take, line feeds in these bytes, COMPLETE or what ended the loop, and the number of
        fields found in the row that ended it.
    """
    ends_field = np.zeros(256, np.uint8)
    ends_field[delimiter] = ends_field[LINE_FEED] = 1
    size = len(data)
    row = position = lines = 0
    while position < size:
        if data[position] == LINE_FEED or (data[position] == CARRIAGE_RETURN and data[position + 1] == LINE_FEED):
            position += 2 if data[position] == CARRIAGE_RETURN else 1
            lines += 1
            continue
        end, columns, line_feeds, state, escaped = _tokenize_row(data, position, ends_field, slots, start, length, row)
        if state == COMPLETE and columns != len(slots):
            state = WRONG_FIELD_COUNT
        if state != COMPLETE:
            return row, position, lines, state, columns
        if escaped:
            for slot in range(len(start)):
                if length[slot, row] < 0:
                    length[slot, row] = _unescape(data, start[slot, row], -length[slot, row])
        line[row] = lines
        lines += line_feeds
        position = end
        row += 1
    return row, position, lines, COMPLETE, 0


@kernel
def _tokenize_row(
    data: Bytes, position: int, ends_field: Bytes, slots: IntArray, start: IntArray, length: IntArray, row: int
) -> tuple[int, int, int, int, bool]:
    """One row. Fields with escaped quotes get a negative length. Returns end, columns, line feeds, state, escaped."""
    size = len(data)
    column = line_feeds = 0
    any_escaped = False
    while True:
        escaped = False
        begin = position
        if data[position] == QUOTE:
            begin += 1
            position, inner_line_feeds, escaped = _closing_quote(data, begin)
            if position >= size - 1:
                return size, column, line_feeds, OPEN_ROW, False
            end = position
            line_feeds += inner_line_feeds
            position += 1
            if data[position] == CARRIAGE_RETURN and data[position + 1] == LINE_FEED:
                position += 1
            if ends_field[data[position]] == 0:
                return position, column, line_feeds, BROKEN_QUOTE, False
        else:
            position = end = _unquoted_end(data, begin, ends_field)
            if data[position] == LINE_FEED and end > begin and data[end - 1] == CARRIAGE_RETURN:
                end -= 1
        if column < len(slots) and slots[column] >= 0:
            start[slots[column], row] = begin
            length[slots[column], row] = begin - end if escaped else end - begin
            any_escaped |= escaped
        column += 1
        position += 1
        if data[position - 1] == LINE_FEED:
            return position, column, line_feeds + 1, COMPLETE, any_escaped


@kernel
def _unquoted_end(data: Bytes, position: int, ends_field: Bytes) -> int:
    """The next delimiter or line feed. Unsigned numbers spare a check for negative positions: twice as fast."""
    at = np.uint64(position)
    while ends_field[data[at]] == 0:
        at += np.uint64(1)
    return int(np.int64(at))


@kernel
def _closing_quote(data: Bytes, position: int) -> tuple[int, int, bool]:
    """Where the quoted field ends (the size of the data: nowhere), line feeds in it, and whether quotes are escaped."""
    line_feeds = 0
    escaped = False
    while position < len(data):
        if data[position] == QUOTE:
            if position + 1 == len(data) or data[position + 1] != QUOTE:
                return position, line_feeds, escaped
            escaped = True
            position += 1
        elif data[position] == LINE_FEED:
            line_feeds += 1
        position += 1
    return position, line_feeds, escaped


@kernel
def _unescape(data: Bytes, start: int, length: int) -> int:
    """Turn `""` into `"` in place; returns the new length."""
    write = start
    read = start
    while read < start + length:
        data[write] = data[read]
        read += 2 if data[read] == QUOTE else 1
        write += 1
    return write - start
