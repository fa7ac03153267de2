import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from hgt_studio.config import ColumnMapping, DataConfig
from hgt_studio.errors import CancelledError
from hgt_studio.graph import KnowledgeGraph, load_graph, text_blocks
from hgt_studio.typing import CancelToken, Progress, Triplet
from tests.helpers.tables import FACTS, NODES, edge_set, primekg_text, real_table


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def as_read(path: Path, columns: ColumnMapping | None = None) -> KnowledgeGraph:
    """The graph of the file alone."""
    return load_graph(path, DataConfig(columns=columns, add_reverse_edges=False), use_cache=False)


def words(x: int, relation: str, y: int) -> tuple[str, str, str, str, str]:
    return NODES[x][1], NODES[x][0], relation, NODES[y][1], NODES[y][0]


PRIMEKG_EDGES = {words(a, relation, b) for relation, x, y in FACTS for a, b in ((x, y), (y, x))}


def test_primekg_table(tmp_path: Path) -> None:
    graph = as_read(write(tmp_path / "kg.csv", primekg_text()))
    assert graph.node_types == ("disease", "drug", "gene/protein")
    assert graph.nodes.to_pylist() == [
        {"id": NODES[i][0], "name": NODES[i][2], "source": NODES[i][3], "index": i} for i in (3, 7, 2, 1)
    ]
    assert edge_set(graph) == PRIMEKG_EDGES
    assert (graph.report.rows, graph.report.duplicates, graph.report.one_way_edges) == (8, 0, 0)
    assert not graph.report.notes


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_do_not_matter(tmp_path: Path, line_end: str, mark: str) -> None:
    path = write(tmp_path / "kg.csv", mark + primekg_text().replace("\n", line_end) + line_end)
    assert edge_set(as_read(path)) == PRIMEKG_EDGES


def test_without_indices_type_source_and_id_tell_nodes_apart(tmp_path: Path) -> None:
    columns = ["relation", *(f"{side}_{part}" for side in "xy" for part in ("id", "type", "name", "source"))]
    graph = as_read(write(tmp_path / "kg.csv", primekg_text(columns=columns)))
    assert graph.num_nodes == len(NODES)  # id 9 three times: gene, drug, disease
    assert edge_set(graph) == PRIMEKG_EDGES
    one_type = primekg_text(columns=columns).replace(",drug,", ",disease,")
    assert as_read(write(tmp_path / "kg.csv", one_type)).num_nodes == len(NODES)  # now the sources tell them apart


def test_duplicates_and_self_loops_are_counted(tmp_path: Path) -> None:
    text = primekg_text([*FACTS, FACTS[0], ("protein_protein", 1, 1)])
    report = as_read(write(tmp_path / "kg.csv", text)).report
    assert (report.rows, report.duplicates, report.self_loops) == (12, 3, 1)


def test_formats_hold_the_same(tmp_path: Path) -> None:
    text = primekg_text()
    table = pyarrow.csv.read_csv(pa.py_buffer(text.encode()))
    table = table.set_column(3, "x_id", table["x_id"].cast(pa.string()).dictionary_encode())
    pq.write_table(table, tmp_path / "kg.parquet", row_group_size=3)
    (tmp_path / "kg.csv.gz").write_bytes(gzip.compress(text[:200].encode()) + gzip.compress(text[200:].encode()))
    (tmp_path / "kg.tsv").write_text(
        pd.read_csv(tmp_path / "kg.csv.gz", compression="gzip").to_csv(sep="\t", index=False)
    )
    for name in ("kg.parquet", "kg.csv.gz", "kg.tsv"):
        graph = as_read(tmp_path / name)
        assert edge_set(graph) == PRIMEKG_EDGES, name
        assert graph.nodes["name"].to_pylist() == [NODES[i][2] for i in (3, 7, 2, 1)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("header", ["Subject-Predicate-Object", "from-edge_type-to", ""])
def test_other_tables_are_guessed(tmp_path: Path, delimiter: str, header: str) -> None:
    rows = "a-likes-b\nb-likes-c\na-knows-c\n"
    path = write(tmp_path / "edges.txt", (f"{header}\n{rows}" if header else rows).replace("-", delimiter))
    graph = as_read(path)
    assert edge_set(graph) == {("entity", r[0], r[2:7], "entity", r[8]) for r in rows.split()}
    head = header.split("-")[0] or "column_1"
    assert any(f"head = {head}" in note for note in graph.report.notes)


def test_a_given_mapping_is_followed(tmp_path: Path) -> None:
    path = write(tmp_path / "e.csv", "a,b,ka,kb,w,label\n1,2,cat,dog,0.5,Tom\n1,1,dog,cat,0.1,Rex\n")
    mapping = ColumnMapping(head="a", tail="b", head_type="ka", tail_type="kb", head_name="label")
    graph = as_read(path, mapping)
    assert graph.triplets == (Triplet("cat", "related_to", "dog"), Triplet("dog", "related_to", "cat"))
    names = list(zip(graph.nodes["id"].to_pylist(), graph.nodes["name"].to_pylist(), strict=True))
    assert names == [("1", "Tom"), ("2", "2"), ("1", "Rex")]


def test_blocks_may_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "kg.csv", primekg_text())
    expected = as_read(path)
    for block_bytes in (300, 311, 400):
        monkeypatch.setattr(text_blocks, "BLOCK_BYTES", block_bytes)
        graph = as_read(path)
        assert edge_set(graph) == PRIMEKG_EDGES
        assert graph.nodes.equals(expected.nodes)


def test_progress_reaches_the_end_and_cancel_stops_between_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK_BYTES", 300)
    path = write(tmp_path / "kg.csv", primekg_text())
    seen: list[Progress] = []
    load_graph(path, progress=seen.append, use_cache=False)
    reading = [step for step in seen if step.phase == "reading"]
    assert len(reading) > 2
    assert [step.done for step in reading] == sorted(step.done for step in reading)
    assert reading[-1].done == reading[-1].total == path.stat().st_size
    assert seen[-1] == Progress("assembling", 8, 8, "rows")

    token, steps = CancelToken(), []

    def cancel_at_second(step: Progress) -> None:
        steps.append(step)
        if len(steps) == 2:
            token.cancel()

    with pytest.raises(CancelledError):
        load_graph(path, progress=cancel_at_second, cancel=token, use_cache=False)
    assert len(steps) == 2


@pytest.mark.parametrize("name", ["real_small.csv.gz", "primekg_slice.csv.gz"])
def test_real_primekg_tables_equal_what_pandas_reads(name: str) -> None:
    path = real_table(name)
    graph = as_read(path)
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    keys = rows[["relation", "x_index", "y_index"]].drop_duplicates()
    assert graph.report.rows == len(rows)
    assert graph.num_edges == len(keys)
    nodes = rows[[f"x_{part}" for part in ("type", "index", "id", "name", "source")]].drop_duplicates("x_index")
    nodes = nodes.astype({"x_index": int}).sort_values(["x_type", "x_index"])
    assert graph.nodes["index"].to_pylist() == nodes["x_index"].tolist()
    for column in ("id", "name", "source"):
        assert graph.nodes[column].to_pylist() == nodes[f"x_{column}"].tolist()
    assert graph.counts_by_type() == nodes["x_type"].value_counts().sort_index().to_dict()
    edges = graph.edges()
    index = graph.nodes["index"].to_numpy()
    relation = np.array([triplet.relation for triplet in graph.triplets])[edges.triplet]
    found = pd.DataFrame({"relation": relation, "x_index": index[edges.source], "y_index": index[edges.destination]})
    wanted = keys.astype({"x_index": int, "y_index": int})
    order = ["y_index", "x_index", "relation"]
    pd.testing.assert_frame_equal(
        found.sort_values(order, ignore_index=True), wanted.sort_values(order, ignore_index=True), check_dtype=False
    )
    assert (graph.reverse >= 0).all()
    assert graph.report.one_way_edges == 0


def test_a_foreign_vocabulary_from_parquet(tmp_path: Path) -> None:
    """Hetionet: types with capitals and spaces, identifiers with their sources."""
    nodes = pd.read_parquet(real_table("hetionet.nodes.parquet")).set_index("x_index")
    edges = pd.read_parquet(real_table("hetionet.edges.parquet")).sample(50_000, random_state=0)
    table = {"metaedge": edges["relation"]}
    for side, name in (("x", "start"), ("y", "end")):
        ends = nodes.loc[edges[f"{side}_index"]]
        table |= {f"{name}_id": ends["x_id"].to_numpy(), f"{name}_type": ends["x_type"].to_numpy()}
    path = tmp_path / "hetionet.parquet"
    pd.DataFrame(table).to_parquet(path)
    mapping = ColumnMapping(
        head="start_id", relation="metaedge", tail="end_id", head_type="start_type", tail_type="end_type"
    )
    graph = as_read(path, mapping)
    met = nodes.loc[np.unique(edges[["x_index", "y_index"]].to_numpy())]
    assert (
        graph.counts_by_type()
        == met.drop_duplicates(["x_type", "x_id"])["x_type"].value_counts().sort_index().to_dict()
    )
    assert any(" " in name for name in graph.node_types)
    assert graph.num_edges == len(pd.DataFrame(table).drop_duplicates())


@pytest.mark.parametrize(("name", "entities", "relations"), [("umls", 135, 46), ("codex-m", 17_050, 51)])
def test_benchmarks_without_header(name: str, entities: int, relations: int) -> None:
    path = real_table(f"{name}/train.txt")
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    graph = as_read(path)
    assert edge_set(graph) == {("entity", head, relation, "entity", tail) for head, relation, tail in rows}
    assert len(graph.relations) <= relations
    assert graph.num_nodes <= entities
    assert graph.report.rows == len(rows)
