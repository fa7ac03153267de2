import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.graph import tokenizer

CELL = st.text(alphabet=st.sampled_from(list('ab,"\n é\t')), max_size=6)


def tokenize(text: str, slots: list[int], delimiter: str = ",") -> tuple[list[list[str]], tuple[int, ...], list[int]]:
    """The rows of the fields in use, the tokenizer's answer, and the lines where rows begin."""
    data = np.frombuffer(bytearray(text.encode()), np.uint8)
    num_fields = sum(slot >= 0 for slot in slots)
    start, length = np.zeros((2, num_fields, len(data) + 1), np.int32)
    line = np.zeros(len(data) + 1, np.int64)
    answer = tokenizer.tokenize(data, ord(delimiter), np.array(slots, np.int32), start, length, line)
    rows = [
        [data[s : s + n].tobytes().decode() for s, n in zip(start[:, row], length[:, row], strict=True)]
        for row in range(answer[0])
    ]
    return rows, answer, line[: answer[0]].tolist()


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_fields_are_those_that_were_written(table: list[list[str]], line_end: str) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows(table)
    rows, (_, consumed, lines, state, _), _ = tokenize(out.getvalue(), [1, -1, 0])
    assert rows == [[third, first] for first, _, third in table]
    assert state == tokenizer.COMPLETE
    assert consumed == len(out.getvalue().encode())
    assert lines == out.getvalue().count("\n")


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=8), st.sampled_from(",\t"))
def test_minimal_quoting_is_read_as_the_csv_module_reads_it(table: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(table)
    rows, _, _ = tokenize(out.getvalue(), [0, 1], delimiter)
    assert rows == table


def test_rows_know_their_lines() -> None:
    rows, _, lines = tokenize('a,b\n\n"c\nd",e\nf,g\n', [0, 1])
    assert rows == [["a", "b"], ["c\nd", "e"], ["f", "g"]]
    assert lines == [0, 2, 4]


@pytest.mark.parametrize(
    ("text", "rows", "state", "columns"),
    [
        ("a,b\nc\nd,e\n", 1, tokenizer.WRONG_FIELD_COUNT, 1),
        ("a,b\nc,d,e\n", 1, tokenizer.WRONG_FIELD_COUNT, 3),
        ('a,b\nc,"d"x\n', 1, tokenizer.BROKEN_QUOTE, 1),
        ('a,b\nc,d\ne,"f\ng,h\n', 2, tokenizer.OPEN_ROW, 1),
    ],
)
def test_stops_at_the_first_row_that_is_not_whole(text: str, rows: int, state: int, columns: int) -> None:
    _, (count, consumed, _, got_state, got_columns), _ = tokenize(text, [0, 1])
    assert (count, got_state, got_columns) == (rows, state, columns)
    assert text[:consumed].count("\n") == rows


def test_a_row_that_goes_on_is_left_as_it_was() -> None:
    text = '"a""b",c\n"d""e","f\n'
    data = bytearray(text.encode())
    spans = np.zeros((2, 2, 9), np.int32)
    tokenizer.tokenize(
        np.frombuffer(data, np.uint8), 44, np.array([0, 1], np.int32), spans[0], spans[1], np.zeros(9, np.int64)
    )
    assert data[text.index('"d') :] == text[text.index('"d') :].encode()
