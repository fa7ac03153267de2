import os
from pathlib import Path
from typing import BinaryIO

import pytest

from hgt_studio.config import ColumnMapping, DataConfig
from hgt_studio.graph import KnowledgeGraph, cache, graph_file, load_graph, read
from tests.helpers.graphs import random_graph
from tests.helpers.tables import primekg_text

ARRAYS = ("type_ptr", "reverse", "segment_ptr", "segment_triplet", "edge_ptr", "edge_source")


def assert_same(a: KnowledgeGraph, b: KnowledgeGraph) -> None:
    for name in ARRAYS:
        assert getattr(a, name).dtype == getattr(b, name).dtype
        assert getattr(a, name).tolist() == getattr(b, name).tolist()
    assert (a.node_types, a.triplets, a.report) == (b.node_types, b.triplets, b.report)
    assert a.nodes.equals(b.nodes)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "kg.csv"
    path.write_text(primekg_text())
    return path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were really read."""
    seen: list[Path] = []

    def count(path, *rest):
        seen.append(path)
        return read_table(path, *rest)

    read_table = read.read_table
    monkeypatch.setattr(read, "read_table", count)
    return seen


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.parametrize("seed", range(3))
def test_round_trip(tmp_path: Path, seed: int) -> None:
    graph = random_graph(seed)
    with (tmp_path / "g.graph").open("wb") as file:
        graph_file.write_graph_file(graph, file)
    again = graph_file.open_graph_file(tmp_path / "g.graph")
    assert_same(again, graph)
    with pytest.raises(ValueError, match="read-only"):
        again.edge_source[0] = 1


def test_the_second_time_is_not_read(table: Path, reads: list[Path], cache_folder: Path) -> None:
    first = load_graph(table)
    assert_same(load_graph(table), first)
    assert len(reads) == 1
    assert len(entries(cache_folder)) == 1
    load_graph(table, use_cache=False)
    assert len(reads) == 2


def test_a_changed_file_or_mapping_is_read_again(table: Path, reads: list[Path]) -> None:
    load_graph(table)
    status = table.stat()
    text = table.read_text()
    table.write_text(text.replace("ABC1", "XYZ1"))  # same size
    os.utime(table, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "XYZ1" in load_graph(table).nodes["name"].to_pylist()
    os.utime(table, ns=(0, 0))
    load_graph(table)
    mapping = ColumnMapping(head="x_id", tail="y_id")
    assert load_graph(table, DataConfig(columns=mapping)).node_types == ("entity",)
    assert len(reads) == 4


def test_any_damage_is_found_and_repaired(table: Path, reads: list[Path], cache_folder: Path) -> None:
    expected = load_graph(table)
    (entry,) = entries(cache_folder)
    whole = entry.read_bytes()
    for at in range(0, len(whole), 23):
        entry.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        assert_same(load_graph(table), expected)
    for size in (0, 3, 16, 200, len(whole) - 1):
        entry.write_bytes(whole[:size])
        assert_same(load_graph(table), expected)
    entry.write_bytes(whole + b"\0")
    assert_same(load_graph(table), expected)
    assert entry.read_bytes() == whole


def test_another_version_is_not_opened(table: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    load_graph(table)
    key = cache.cache_key(table, None)
    monkeypatch.setattr(graph_file, "FORMAT_VERSION", 0)
    assert cache.open_cached(key) is None


def test_old_entries_go(table: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_ENTRIES", 3)
    graph = random_graph(0)
    for number in range(5):
        cache.store(graph, f"key{number}")
        os.utime(cache_folder / f"key{number}.graph", (number, number))
        if number == 3:
            assert cache.open_cached("key1") is not None  # used again, so younger than the others
    assert {path.stem for path in entries(cache_folder)} == {"key1", "key3", "key4"}


def test_a_failed_write_leaves_nothing_and_is_noted(
    table: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(graph: KnowledgeGraph, file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "write_graph_file", disk_full)
    graph = load_graph(table)
    assert graph.num_edges == 8
    assert any("could not be kept in the cache" in note and "No space left" in note for note in graph.report.notes)
    assert entries(cache_folder) == []


def test_a_cache_folder_that_cannot_be_made_is_noted(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HGT_STUDIO_CACHE_DIR", str(table / "below a file"))
    graph = load_graph(table)
    assert graph.num_edges == 8
    assert any("could not be kept in the cache" in note for note in graph.report.notes)
