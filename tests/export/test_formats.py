"""Each format read back with a reader that is not ours."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from safetensors import safe_open

from hgt_studio.config import ExportConfig, ExportFormat
from hgt_studio.export import EmbeddingTable, write_embeddings
from hgt_studio.export.text import vector_texts
from hgt_studio.export.unique_names import unique_names
from tests.helpers.embeddings import awkward_table

Columns = dict[str, list[Any]]
Floats = npt.NDArray[np.floating]


def _read_csv(path: Path) -> tuple[Columns, Floats]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    vectors = np.array([columns.pop(name) for name in header[5:]], dtype=np.float32).T
    assert header == [
        "node_index",
        "node_id",
        "node_type",
        "node_name",
        "node_source",
        *(f"e{i}" for i in range(len(header) - 5)),
    ]
    return columns | {"node_index": list(map(int, columns["node_index"]))}, vectors


def _read_csv_list(path: Path) -> tuple[Columns, Floats]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["node_id", "node_name", "node_type", "embedding"]
    ids, names, types, texts = map(list, zip(*rows, strict=True))
    vectors = np.array([json.loads(text) for text in texts], dtype=np.float32)
    return {"node_id": ids, "node_name": names, "node_type": types}, vectors


def _read_parquet(path: Path) -> tuple[Columns, Floats]:
    table = pq.read_table(path)
    vectors = np.stack(table["embedding"].to_numpy())
    return table.drop(["embedding"]).to_pydict(), vectors


def _read_npz(path: Path) -> tuple[Columns, Floats]:
    with np.load(path, allow_pickle=False) as archive:
        columns = {name: archive[name].tolist() for name in archive.files if name != "embeddings"}
        return columns, archive["embeddings"]


def _read_safetensors(path: Path) -> tuple[Columns, Floats]:
    with safe_open(path, "np") as file:
        columns = {name: json.loads(text) for name, text in file.metadata().items()}
        return columns | {"node_index": file.get_tensor("node_index").tolist()}, file.get_tensor("embeddings")


def _read_word2vec(path: Path) -> tuple[Columns, Floats]:
    first, *lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    fields = [line.split(" ") for line in lines]
    vectors = np.array([row[1:] for row in fields], dtype=np.float32)
    assert first == f"{len(vectors)} {vectors.shape[1]}"
    return {"unique_name": [row[0] for row in fields]}, vectors


def _read_projector(path: Path) -> tuple[Columns, Floats]:
    assert {file.name for file in path.iterdir()} == {"metadata.tsv", "vectors.tsv"}
    header, *rows = [line.split("\t") for line in (path / "metadata.tsv").read_bytes().decode().split("\n")[:-1]]
    columns: Columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    vectors = np.loadtxt(path / "vectors.tsv", delimiter="\t", dtype=np.float32, ndmin=2)
    return {"node_index": list(map(int, columns["node_index"])), "node_type": columns["node_type"]}, vectors


def _read_h5ad(path: Path) -> tuple[Columns, Floats]:
    anndata = pytest.importorskip("anndata")
    data = anndata.read_h5ad(path)
    assert list(data.var_names) == [f"e{i}" for i in range(data.n_vars)]
    return {name: data.obs[name].tolist() for name in data.obs} | {"unique_name": list(data.obs_names)}, data.X


READERS: dict[ExportFormat, Callable[[Path], tuple[Columns, Floats]]] = {
    "csv": _read_csv,
    "csv_list": _read_csv_list,
    "h5ad": _read_h5ad,
    "npz": _read_npz,
    "parquet": _read_parquet,
    "projector": _read_projector,
    "safetensors": _read_safetensors,
    "word2vec": _read_word2vec,
}
BINARY_FORMATS: tuple[ExportFormat, ...] = ("h5ad", "npz", "parquet", "safetensors")


def _expected_columns(table: EmbeddingTable) -> Columns:
    graph = table.graph
    columns = {f"node_{name}": graph.nodes[name].to_pylist() for name in ("index", "id", "name", "source")}
    columns["node_type"] = [graph.node_types[number] for number in graph.node_type]
    return columns


@pytest.mark.parametrize("format", get_args(ExportFormat))
@pytest.mark.parametrize("shape", [(40, 5), (1200, 512)], ids=["one block", "many blocks"])
def test_what_is_read_back_is_what_was_written(
    format: ExportFormat, shape: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hgt_studio.export.writers.parquet.ROW_GROUP_VALUES", 2**18)
    table = awkward_table(num_nodes=shape[0], embedding_dim=shape[1])
    write_embeddings(table, tmp_path / "out", ExportConfig(format=format))
    columns, vectors = READERS[format](tmp_path / "out")
    np.testing.assert_array_equal(vectors.view(np.uint32), table.vectors.view(np.uint32))
    expected = _expected_columns(table)
    if "unique_name" in columns:
        nodes = pa.table({name: expected[name] for name in ("node_id", "node_type", "node_source")})
        assert columns.pop("unique_name") == unique_names(nodes)
    assert columns == {name: expected[name] for name in columns}


@pytest.mark.parametrize("format", BINARY_FORMATS)
def test_half_precision_is_stored_as_such(format: ExportFormat, tmp_path: Path) -> None:
    table = awkward_table()
    write_embeddings(table, tmp_path / "out", ExportConfig(format=format, precision="float16"))
    _, vectors = READERS[format](tmp_path / "out")
    assert vectors.dtype == np.float16
    np.testing.assert_array_equal(vectors, table.vectors.astype(np.float16))


@given(
    arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(width=32, allow_nan=False))
)
def test_printed_numbers_read_back_bit_for_bit(vectors: npt.NDArray[np.float32]) -> None:
    texts = vector_texts(vectors, ";")
    back = np.array([text.split(";") for text in texts], dtype=np.float32)
    np.testing.assert_array_equal(back.view(np.uint32), vectors.view(np.uint32))


short_texts = st.text("ab:#01 \t", max_size=5)


@given(st.lists(st.tuples(short_texts, st.sampled_from(["a", "b:a", "a b"]), short_texts), max_size=12))
def test_unique_names_are_unique_and_keep_what_is_unique_already(rows: list[tuple[str, str, str]]) -> None:
    ids, types, sources = ([row[i] for row in rows] for i in range(3))
    texts = pa.string()
    nodes = pa.table(
        {"node_id": pa.array(ids, texts), "node_type": pa.array(types, texts), "node_source": pa.array(sources, texts)}
    )
    names = unique_names(nodes)
    assert len(set(names)) == len(rows)
    assert all(name and not any(letter.isspace() for letter in name) for name in names)
    if len({"_".join(id.split()) for id in ids}) == len(ids) and not any(" " in id or "\t" in id for id in ids):
        assert names == [id or "_" for id in ids]
