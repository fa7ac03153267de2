import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.graph.string_table import StringTable
from hgt_studio.graph.text_block import TextBlock

TEXT, TAG = st.text(max_size=12), st.sampled_from([0, 1, -1, 2**40])
ROWS = st.lists(st.tuples(TEXT, TAG, TEXT, TAG), max_size=30)


def text_block(*fields: list[str]) -> TextBlock:
    """A block of fields that are as long as one another."""
    parts = [text.encode() for texts in fields for text in texts]
    length = np.array([len(part) for part in parts], np.int32)
    start = (np.cumsum(length) - length).astype(np.int32)
    shape = (len(fields), -1) if parts else (len(fields), 0)
    row_number = np.arange(len(fields[0]))
    data = np.frombuffer(b"".join(parts), np.uint8)
    return TextBlock(data, start.reshape(shape), length.reshape(shape), row_number, "file", 0)


@given(st.lists(ROWS, max_size=4))
def test_codes_count_distinct_pairs_in_order_of_appearance(blocks: list[list[tuple[str, int, str, int]]]) -> None:
    table = StringTable()
    codes: dict[tuple[str, int], int] = {}
    for rows in blocks:
        places = [pair for row in rows for pair in (row[:2], row[2:])]
        fresh = [i for i, pair in enumerate(places) if pair not in codes and pair not in places[:i]]
        expected = [codes.setdefault(pair, len(codes)) for pair in places]
        tags = np.array([[row[1] for row in rows], [row[3] for row in rows]], np.int64)
        block = text_block(["unused"] * len(rows), [row[0] for row in rows], [row[2] for row in rows])
        got, new = table.encode(block, [1, 2], tags)
        assert got.T.ravel().tolist() == expected
        assert new.tolist() == fresh
    assert table.strings() == [text for text, _ in codes]
    assert table.tags().tolist() == [tag for _, tag in codes]


def test_many_strings_over_many_blocks() -> None:
    table = StringTable()
    numbers = np.random.default_rng(0).integers(0, 20_000, 50_000)
    for part in np.array_split(numbers, 7):
        table.encode(text_block([str(number) for number in part]), [0])
    _, first = np.unique(numbers, return_index=True)
    assert table.strings() == [str(number) for number in numbers[np.sort(first)]]
