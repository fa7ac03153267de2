"""Every way in which a table can be bad gives one clear line: what is wrong, where, and what to do."""

import gzip
import os
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hgt_studio.config import ColumnMapping, DataConfig
from hgt_studio.errors import InputError
from hgt_studio.graph import load_graph, preview_table, text_blocks
from tests.helpers.tables import FACTS, HEADER, primekg_text

GOOD = primekg_text()
LINES = GOOD.splitlines(keepends=True)


def error_of(path: Path, columns: ColumnMapping | None = None) -> str:
    with pytest.raises(InputError) as caught:
        load_graph(path, DataConfig(columns=columns), use_cache=False)
    message = str(caught.value)
    assert "\n" not in message
    return message


def written(tmp_path: Path, content: str | bytes, name: str = "kg.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("use_cache", [True, False])
def test_missing_file(tmp_path: Path, use_cache: bool) -> None:
    with pytest.raises(InputError, match=r"no file .*kg\.csv'; check the path"):
        load_graph(tmp_path / "kg.csv", use_cache=use_cache)


@pytest.mark.parametrize("use_cache", [True, False])
def test_folder(tmp_path: Path, use_cache: bool) -> None:
    with pytest.raises(InputError, match="is a folder"):
        load_graph(tmp_path, use_cache=use_cache)


def test_no_permission(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "no permission" in error_of(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is empty"),
        ("\n \n\r\n", "holds no text"),
        (HEADER + "\n", "a header but no rows"),
        (HEADER, "a header but no rows"),
    ],
)
def test_nothing_in_it(tmp_path: Path, content: str, expected: str) -> None:
    assert expected in error_of(written(tmp_path, content))


@pytest.mark.parametrize(
    ("renamed", "new", "expected"),
    [
        ("x_type", "x_typ", "'x_type' is missing.*did you mean 'x_typ'"),
        ("y_index", "y_idx", "'y_index' is missing.*did you mean 'y_idx'"),
        ("relation", "Relation", "'relation' is missing.*did you mean 'Relation'"),
    ],
)
def test_renamed_column(tmp_path: Path, renamed: str, new: str, expected: str) -> None:
    header = ",".join(new if name == renamed else name for name in HEADER.split(","))
    with pytest.raises(InputError, match=expected):
        load_graph(written(tmp_path, GOOD.replace(HEADER, header)))


def test_missing_columns(tmp_path: Path) -> None:
    text = primekg_text(columns=["relation", "x_index", "x_type", "x_name", "y_index", "y_name"])
    assert "'y_type' is missing" in error_of(written(tmp_path, text))


def test_columns_that_say_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c,d\n1,2,3,4\n5,6,7,8\n")
    assert "data.columns.head and .tail to two of 'a', 'b', 'c', 'd'" in error_of(path)
    mapping = ColumnMapping(head="a", tail="dd")
    assert "'dd' (data.columns.tail) is not in the table; did you mean 'd'?" in error_of(path, mapping)
    assert "both head_type and tail_type" in error_of(path, ColumnMapping(head="a", tail="b", head_type="c"))


def test_a_column_twice(tmp_path: Path) -> None:
    assert "two columns of the table are called 'x'" in error_of(written(tmp_path, "x,y,x\n1,2,3\n"))


@pytest.mark.parametrize("delimiter", [":", " ", "^"])
def test_unknown_delimiter(tmp_path: Path, delimiter: str) -> None:
    message = error_of(written(tmp_path, f"head{delimiter}tail\na{delimiter}b\n"))
    assert "no delimiter of comma, tab, semicolon, bar" in message


def test_broken_quoting(tmp_path: Path) -> None:
    text = "".join(LINES[:3]) + LINES[3].replace("aspirin, plain", 'aspirin" plain') + "".join(LINES[4:])
    assert "row 4: broken quoting, text follows a closing quote" in error_of(written(tmp_path, text))


def test_quote_never_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "head,tail\n" + "a,b\n" * 4 + 'a,"b\n' + "a,b\n" * 500
    assert "row 6: broken quoting, a quote opened in this row is never closed" in error_of(written(tmp_path, text))
    monkeypatch.setattr(text_blocks, "BLOCK_BYTES", 1000)
    assert "row 6: broken quoting, a quote opened in this row is never closed" in error_of(written(tmp_path, text))


@pytest.mark.parametrize("block_bytes", [400, 4 << 20])
@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (b"dise\xe4se", "row 7: the text is not UTF-8"),
        (b"dise\0ase", "row 7: a NUL byte"),
        (b"disease,more", "row 7: 13 columns where 12 are expected"),
    ],
)
def test_a_bad_row_is_named(
    tmp_path: Path, bad: bytes, expected: str, block_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK_BYTES", block_bytes)
    lines = [line.encode() for line in LINES]
    assert b"disease" in lines[6]
    lines[6] = lines[6].replace(b"disease,", bad + b",", 1)
    assert expected in error_of(written(tmp_path, b"".join(lines)))


def test_short_row_in_the_middle(tmp_path: Path) -> None:
    text = "".join(LINES[:4]) + "indication,indication,2\n" + "".join(LINES[4:])
    assert "'kg.csv', row 5: 3 columns where 12 are expected" in error_of(written(tmp_path, text))


def test_utf_16(tmp_path: Path) -> None:
    assert "is text in UTF-16; save it in UTF-8" in error_of(written(tmp_path, GOOD.encode("utf-16")))


def test_type_changes(tmp_path: Path) -> None:
    lines = LINES.copy()
    lines[6] = lines[6].replace(",disease,", ",phenotype,", 1)
    message = error_of(written(tmp_path, "".join(lines)))
    assert "row 7: node 3 is of type 'phenotype' here and of type 'disease' in row 3" in message


def test_index_that_is_no_number(tmp_path: Path) -> None:
    lines = LINES.copy()
    lines[4] = lines[4].replace(",7,", ",7.5,")
    assert "row 5: the node index '7.5' is not a whole number" in error_of(written(tmp_path, "".join(lines)))


@pytest.mark.parametrize(("column", "old"), [("x_index", ",3,"), ("relation", "disease_disease,disease_disease")])
def test_gap_in_a_needed_column(tmp_path: Path, column: str, old: str) -> None:
    lines = LINES.copy()
    lines[4] = lines[4].replace(old, ",,", 1) if column == "x_index" else "," + lines[4].split(",", 1)[1]
    assert f"row 5: the column '{column}' is empty here" in error_of(written(tmp_path, "".join(lines)))


def test_lines_that_end_in_carriage_returns(tmp_path: Path) -> None:
    assert "save it with line feeds" in error_of(written(tmp_path, "head,tail\ra,b\rc,d\r"))


def test_a_column_of_identifiers_is_no_relation(tmp_path: Path) -> None:
    rows = "".join(f"a,{number},b\n" for number in range(33_000))
    assert "more than 32767 kinds of edge" in error_of(written(tmp_path, "head,relation,tail\n" + rows))
    rows = "".join(f"a,t{number},b,t\n" for number in range(33_000))
    assert "more than 32767 node types" in error_of(written(tmp_path, "head,head_type,tail,tail_type\n" + rows))


def test_truncated_gzip(tmp_path: Path) -> None:
    text = HEADER + "\n" + "".join(LINES[1:]) * 500
    packed = gzip.compress(text.encode())
    assert "ends early or is damaged" in error_of(written(tmp_path, packed[: len(packed) // 2], "kg.csv.gz"))
    assert "ends early or is damaged" in error_of(written(tmp_path, packed[:-4], "kg.csv.gz"))
    noise = random.Random(0).randbytes(40)
    assert "damaged" in error_of(written(tmp_path, packed[:60] + noise + packed[100:], "kg.csv.gz"))


@pytest.mark.parametrize(("name", "kind"), [("kg.parquet", "Parquet"), ("kg.csv.gz", "gzip")])
def test_not_what_the_name_says(tmp_path: Path, name: str, kind: str) -> None:
    assert f"is not a {kind} file" in error_of(written(tmp_path, GOOD, name))


def test_damaged_parquet(tmp_path: Path) -> None:
    path = tmp_path / "kg.parquet"
    pq.write_table(pa.table({"head": ["a", "b"] * 5000, "tail": ["b", "c"] * 5000}), path, compression="none")
    whole = path.read_bytes()
    assert "no whole Parquet file" in error_of(written(tmp_path, whole[:-20], "kg.parquet"))
    assert "cannot be read" in error_of(written(tmp_path, whole[:4] + b"\xff" * 60 + whole[64:], "kg.parquet"))


def test_parquet_of_lists(tmp_path: Path) -> None:
    path = tmp_path / "kg.parquet"
    pq.write_table(pa.table({"head": ["a"], "tail": [["b"]]}), path)
    assert "the column 'tail' holds list" in error_of(path)


def test_parquet_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "kg.parquet"
    pq.write_table(pa.table({"head": pa.array([], pa.string()), "tail": pa.array([], pa.string())}), path)
    assert "a header but no rows" in error_of(path)


def test_a_download_cut_anywhere_is_noticed(tmp_path: Path) -> None:
    """In the middle of a row by an error, elsewhere at least by a note: the edges that are gone leave one-way edges."""
    text = GOOD.encode()
    for size in range(len("".join(LINES[:-3]).encode()), len(text)):
        last_line = text[:size].rpartition(b"\n")[2]
        path = written(tmp_path, text[:size])
        if 0 < last_line.count(b",") < 11:
            assert "breaks off" in error_of(path)
            continue
        try:
            notes = load_graph(path, use_cache=False).report.notes
        except InputError as error:
            assert "breaks off" in str(error) or "the file is cut" in str(error)  # noqa: PT017
        else:
            assert any("no mirror edge" in note or "no newline" in note for note in notes), last_line


def test_last_line_without_newline_is_noted(tmp_path: Path) -> None:
    graph = load_graph(written(tmp_path, GOOD.rstrip("\n")))
    assert graph.num_edges == 2 * len(FACTS)
    assert any("last line has no newline" in note for note in graph.report.notes)


def test_preview_names_the_same_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        preview_table(written(tmp_path, ""))


def test_one_relation_and_one_way_types_are_fine(tmp_path: Path) -> None:
    path = written(tmp_path, "head,head_type,tail,tail_type\na,A,b,B\nc,A,b,B\n")
    graph = load_graph(path, DataConfig(add_reverse_edges=False))
    assert graph.in_degree().tolist() == [0, 0, 2]
    assert graph.relations == ("related_to",)
