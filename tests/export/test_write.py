"""Files are whole or not there; progress, cancel, sizes and digests."""

import hashlib
import resource
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from hgt_studio.config import ExportConfig, ExportFormat
from hgt_studio.errors import CancelledError, ExportError
from hgt_studio.export import EmbeddingTable, preview_export, write_embeddings
from hgt_studio.typing import CancelToken, Progress
from tests.helpers.embeddings import awkward_table
from tests.helpers.graphs import graph_from_edges

FORMATS = get_args(ExportFormat)


def _large_table(num_nodes: int = 3000, embedding_dim: int = 32) -> EmbeddingTable:
    graph = graph_from_edges({"gene": num_nodes}, [("gene", "r", "gene")], [[0, 0, 1]])
    vectors = np.random.default_rng(0).standard_normal((num_nodes, embedding_dim), dtype=np.float32)
    return EmbeddingTable(vectors, graph)


@pytest.mark.parametrize("format", FORMATS)
def test_sizes_and_digests_are_those_of_the_files(format: ExportFormat, tmp_path: Path) -> None:
    written = write_embeddings(awkward_table(), tmp_path / "out", ExportConfig(format=format))
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [file.path for file in written] == files
    for file in written:
        content = file.path.read_bytes()
        assert (file.size_bytes, file.rows, file.format) == (len(content), 40, format)
        assert file.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_preview_foretells_the_size(format: ExportFormat, precision: str, tmp_path: Path) -> None:
    table = _large_table()
    config = ExportConfig.model_validate({"format": format, "precision": precision})
    size = sum(file.size_bytes for file in write_embeddings(table, tmp_path / "out", config))
    preview = preview_export(table.graph, 32, config, table.vectors)
    assert preview.size_bytes == pytest.approx(size, rel=0.06)
    assert preview_export(table.graph, 32, config).size_bytes == pytest.approx(size, rel=0.10)
    assert preview.num_rows == 3000


def test_preview_shows_the_first_rows_as_they_will_be() -> None:
    table = awkward_table()
    preview = preview_export(table.graph, 5, ExportConfig(node_types=("drug",), normalisation="l2"), table.vectors)
    nodes = table.graph.nodes.slice(20, 10).to_pylist()
    expected = [(str(n["index"]), n["id"], "drug", n["name"], n["source"]) for n in nodes]
    assert [row[:-1] for row in preview.first_rows] == expected
    shown = np.array([row[-1].split() for row in preview.first_rows], dtype=np.float32)
    exact = table.vectors[20:30] / np.linalg.norm(table.vectors[20:30], axis=1, keepdims=True)
    np.testing.assert_allclose(shown, exact, rtol=1e-6)
    assert {row[-1] for row in preview_export(table.graph, 5, ExportConfig()).first_rows} == {""}


@pytest.mark.parametrize("format", FORMATS)
def test_cancel_leaves_the_older_file_and_nothing_else(
    format: ExportFormat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = awkward_table(num_nodes=1200, embedding_dim=512)
    config = ExportConfig(format=format)
    write_embeddings(table, tmp_path / "out", config)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr("hgt_studio.export.writers.parquet.ROW_GROUP_VALUES", 2**18)
    token = CancelToken()

    def stop_half_way(progress: Progress) -> None:
        if progress.done >= 500:
            token.cancel()

    other = EmbeddingTable(table.vectors + 1, table.graph)
    with pytest.raises(CancelledError):
        write_embeddings(other, tmp_path / "out", config, progress=stop_half_way, cancel=token)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    with pytest.raises(CancelledError):
        write_embeddings(other, tmp_path / "fresh", config, cancel=token)
    assert not (tmp_path / "fresh").exists()


@pytest.mark.parametrize("format", FORMATS)
def test_progress_rises_to_the_number_of_rows(format: ExportFormat, tmp_path: Path) -> None:
    seen: list[Progress] = []
    write_embeddings(_large_table(), tmp_path / "out", ExportConfig(format=format), progress=seen.append)
    assert all(a.done < b.done for a, b in pairwise(seen))
    assert (seen[0].done, seen[-1].done, seen[-1].total) == (0, 3000, 3000)


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_is_told_in_one_line_and_loses_nothing(format: ExportFormat, tmp_path: Path) -> None:
    """A limit on the size of a file stands in for the disk: the kernel refuses to write on in the same way."""
    path = tmp_path / "out"
    config = ExportConfig(format=format)
    write_embeddings(awkward_table(), path, config)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(ExportError, match=r"about [\d.]+ MiB are needed and .* MiB are free; make room") as caught:
            write_embeddings(_large_table(), path, config)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_h5ad_without_anndata_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anndata", None)
    with pytest.raises(ExportError, match=r"pip install hgt-studio\[anndata\]"):
        write_embeddings(awkward_table(), tmp_path / "out.h5ad", ExportConfig(format="h5ad"))
    assert not list(tmp_path.iterdir())


def test_the_projector_folder_must_have_a_place(tmp_path: Path) -> None:
    config = ExportConfig(format="projector")
    with pytest.raises(ExportError, match="cannot be made"):
        write_embeddings(awkward_table(), tmp_path / "missing" / "out", config)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="cannot be made"):
        write_embeddings(awkward_table(), tmp_path / "file", config)
    assert (tmp_path / "file").read_text() == "mine"


MEMORY_PROBE = """
import resource, sys
from pathlib import Path
from hgt_studio.config import ExportConfig
from hgt_studio.export import EmbeddingTable, write_embeddings
from tests.helpers.embeddings import awkward_table
import numpy as np
table = awkward_table(num_nodes=24_000)
write_embeddings(table, Path(sys.argv[1]), ExportConfig(format=sys.argv[2]))
vectors = np.random.default_rng(0).standard_normal((24_000, 512), dtype=np.float32)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
write_embeddings(EmbeddingTable(vectors, table.graph), Path(sys.argv[1]), ExportConfig(format=sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss counts KiB on Linux only")
@pytest.mark.parametrize("format", ["csv", "npz", "h5ad"])
def test_vectors_are_not_held_twice(format: ExportFormat, tmp_path: Path) -> None:
    if format == "h5ad":
        pytest.importorskip("anndata")
    command = [sys.executable, "-c", MEMORY_PROBE, str(tmp_path / "out"), format]
    root = Path(__file__).resolve().parents[2]
    grown_kib = int(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)
    assert grown_kib * 1024 < 24_000 * 512 * 4 * 0.75
