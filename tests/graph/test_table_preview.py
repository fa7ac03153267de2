from pathlib import Path

import pandas as pd
import pytest

from hgt_studio.config import ColumnMapping
from hgt_studio.graph import preview_table
from tests.helpers.tables import PRIMEKG_COLUMNS, primekg_text, real_table


def preview_of(tmp_path: Path, text: str, mapping: ColumnMapping | None = None):
    path = tmp_path / "edges.csv"
    path.write_text(text)
    return preview_table(path, mapping)


def test_primekg(tmp_path: Path) -> None:
    preview = preview_of(tmp_path, primekg_text())
    assert preview.is_primekg
    assert preview.columns == PRIMEKG_COLUMNS
    assert len(preview.rows) == 8
    assert preview.rows[0][-2:] == ("ABC1", "NCBI")
    assert preview.mapping.model_dump() == {
        "head": "x_id", "relation": "relation", "tail": "y_id", "head_type": "x_type", "tail_type": "y_type",
        "head_name": "x_name", "tail_name": "y_name", "head_source": "x_source", "tail_source": "y_source",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Subject,Predicate,Object", ("Subject", "Predicate", "Object")),
        ("source_id,target_id,edge_type", ("source_id", "edge_type", "target_id")),
        (":START_ID,:END_ID,:TYPE", (":START_ID", ":TYPE", ":END_ID")),
        ("weight,Source,Target", ("Source", "", "Target")),
        ("from,to", ("from", "", "to")),
        ("gene,effect,drug", ("gene", "effect", "drug")),
        ("gene,drug", ("gene", "", "drug")),
        ("a,b,c,d", ("", "", "")),
    ],
)
def test_guess_from_names(tmp_path: Path, header: str, expected: tuple[str, str, str]) -> None:
    rows = "".join(",".join(f"{row}{column}" for column in header.split(",")) + "\n" for row in range(3))
    preview = preview_of(tmp_path, f"{header}\n{rows}")
    assert preview.columns == tuple(header.split(","))
    assert (preview.mapping.head, preview.mapping.relation, preview.mapping.tail) == expected


def test_a_first_row_that_comes_again_is_no_header(tmp_path: Path) -> None:
    preview = preview_of(tmp_path, "gene,binds,drug\nother,binds,third\n")
    assert preview.columns == ("column_1", "column_2", "column_3")
    assert preview.rows[0] == ("gene", "binds", "drug")


def test_a_given_mapping_decides_about_the_header(tmp_path: Path) -> None:
    text = "a,b\nc,d\n"
    assert preview_of(tmp_path, text, ColumnMapping(head="a", tail="b")).columns == ("a", "b")
    assert preview_of(tmp_path, text, ColumnMapping(head="column_1", tail="column_2")).columns == (
        "column_1",
        "column_2",
    )


def test_names_with_commas_do_not_mislead_the_delimiter(tmp_path: Path) -> None:
    preview = preview_of(tmp_path, "head;tail\na, b;c\nd;e, f, g\n")
    assert preview.layout is not None
    assert (preview.layout.delimiter, preview.rows[0]) == (";", ("a, b", "c"))


def test_only_the_head_of_a_file_is_read(tmp_path: Path) -> None:
    text = "head,tail\n" + "a,b\n" * 100_000 + "broken\n"
    preview = preview_of(tmp_path, text)
    assert len(preview.rows) == 20


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "edges.parquet"
    pd.DataFrame({"head": [1, 2], "tail": ["a", None]}).to_parquet(path)
    preview = preview_table(path)
    assert preview.rows == (("1", "a"), ("2", ""))
    assert (preview.mapping.head, preview.mapping.tail, preview.layout) == ("head", "tail", None)


@pytest.mark.parametrize("name", ["umls/train.txt", "codex-m/train.txt", "codex-m/test.txt"])
def test_benchmarks_have_no_header(name: str) -> None:
    preview = preview_table(real_table(name))
    assert preview.columns == ("column_1", "column_2", "column_3")
    assert preview.rows[0] == tuple(real_table(name).read_text().split("\n", 1)[0].split("\t"))
