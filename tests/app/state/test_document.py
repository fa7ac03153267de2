"""Opening, mapping, cancelling and selecting, with the real reader in real threads under Qt's loop."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from hgt_studio.app.state.document import Document
from hgt_studio.config import ColumnMapping, DataConfig
from hgt_studio.errors import InputError
from hgt_studio.graph import load_graph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.typing import Progress

DATA = Path(__file__).resolve().parents[3] / "../shared/data"
DEFAULTS = DataConfig()
ARROWS = "from,verb,to\na,likes,b\nb,likes,c\nc,hates,a\n"


@pytest.fixture
def document(qt_loop: asyncio.AbstractEventLoop) -> Document:
    return Document()


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "kg.csv"
    write_sample_graph(path, scale=0.005)
    return path


def _open(qtbot: QtBot, document: Document, path: Path, config: DataConfig = DEFAULTS) -> None:
    with qtbot.waitSignal(document.loaded, timeout=20_000):
        task = asyncio.ensure_future(document.open(path, config))
    assert task is not None


def test_the_graph_in_front_is_what_a_run_would_load(qtbot: QtBot, document: Document, sample: Path) -> None:
    config = DataConfig(exclude_node_types=("exposure",), exclude_relations=("drug_drug",))
    _open(qtbot, document, sample, config)
    run = load_graph(sample, config, use_cache=False)
    assert document.graph is not None
    assert document.graph.counts_by_triplet() == run.counts_by_triplet()
    assert document.graph.counts_by_type() == run.counts_by_type()
    assert document.statistics is not None
    assert document.statistics.num_nodes > run.num_nodes, "the statistics are of the whole file"
    assert (document.path, document.is_loading, document.selection_error) == (sample, False, None)


def test_filters_are_applied_without_reading_again(qtbot: QtBot, document: Document, sample: Path) -> None:
    _open(qtbot, document, sample)
    sample.unlink()
    document.select(DataConfig(include_node_types=("drug",)))
    wanted = DataConfig(include_node_types=("drug", "disease"))
    with qtbot.waitSignal(document.graph_changed, timeout=5000):
        document.select(wanted)
    qtbot.waitUntil(lambda: document.data == wanted, timeout=5000)
    assert document.graph is not None
    assert set(document.graph.node_types) == {"drug", "disease"}


def test_settings_of_the_split_leave_the_graph_alone(qtbot: QtBot, document: Document, sample: Path) -> None:
    _open(qtbot, document, sample)
    document.select(DataConfig(test_share=0.2, split_seed=7))
    assert not document.is_selecting


def test_filters_that_leave_nothing_are_told_and_leave_the_whole_graph(
    qtbot: QtBot, document: Document, sample: Path
) -> None:
    _open(qtbot, document, sample)
    with qtbot.waitSignal(document.graph_changed, timeout=5000):
        document.select(DataConfig(exclude_relations=("drug_drag",)))
    assert isinstance(document.selection_error, InputError)
    assert "drug_drug" in str(document.selection_error)
    assert document.opened is not None
    assert document.graph is document.opened.whole
    with qtbot.waitSignal(document.graph_changed, timeout=5000):
        document.select(DEFAULTS)
    assert document.selection_error is None


def test_a_run_of_one_way_edges_gets_reverse_edges(qtbot: QtBot, document: Document, tmp_path: Path) -> None:
    path = tmp_path / "arrows.csv"
    path.write_text(ARROWS)
    columns = ColumnMapping(head="from", relation="verb", tail="to")
    _open(qtbot, document, path, DataConfig(columns=columns))
    assert document.opened is not None
    assert document.graph is not None
    assert (document.opened.whole.num_edges, document.graph.num_edges) == (3, 6)


def test_a_foreign_table_asks_for_its_columns_with_a_guess(qtbot: QtBot, document: Document, tmp_path: Path) -> None:
    path = tmp_path / "arrows.csv"
    path.write_text(ARROWS)
    foreign = DataConfig(columns=ColumnMapping(head="subject", tail="object"))
    with qtbot.waitSignal(document.mapping_needed, timeout=5000) as asked:
        task = asyncio.ensure_future(document.open(path, foreign))
    preview, of = asked.args
    assert of == path
    assert (preview.mapping.head, preview.mapping.tail) == ("from", "to")
    assert document.graph is None
    assert not document.is_loading
    assert not task.cancelled()


def test_a_bad_file_is_refused_and_the_graph_before_stays(
    qtbot: QtBot, document: Document, sample: Path, tmp_path: Path
) -> None:
    _open(qtbot, document, sample)
    before = document.graph
    bad = tmp_path / "bad.csv"
    lines = sample.read_text().splitlines()
    bad.write_text("\n".join([*lines[:50], "one,two", *lines[50:]]) + "\n")
    with qtbot.waitSignal(document.failed, timeout=10_000) as failed:
        task = asyncio.ensure_future(document.open(bad, DEFAULTS))
    (error,) = failed.args
    assert isinstance(error, InputError)
    assert "51" in str(error), "the broken row is named"
    assert document.graph is before
    assert document.path == sample
    assert not document.is_loading
    assert not task.cancelled()


def test_cancel_ends_at_once_and_nothing_comes_later(qtbot: QtBot, document: Document, sample: Path) -> None:
    document.loaded.connect(lambda: pytest.fail("a cancelled file was shown"))
    document.failed.connect(lambda error: pytest.fail(f"a cancelled file failed: {error}"))
    task = asyncio.ensure_future(document.open(sample, DEFAULTS))
    qtbot.waitUntil(lambda: document.is_loading, timeout=2000)
    with qtbot.waitSignal(document.cancelled, timeout=1000):
        document.cancel()
    assert not document.is_loading
    qtbot.waitUntil(task.done, timeout=10_000)
    assert document.graph is None


def test_a_fault_of_the_program_ends_loading_and_is_not_swallowed(qtbot: QtBot, document: Document) -> None:
    with qtbot.waitSignal(document.cancelled, timeout=5000):
        task = asyncio.ensure_future(document.open(Path("nul\0byte.csv"), DEFAULTS))
    qtbot.waitUntil(task.done, timeout=5000)
    assert isinstance(task.exception(), ValueError)
    assert not document.is_loading


def test_the_last_file_asked_for_wins(qtbot: QtBot, document: Document, sample: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    write_sample_graph(other, scale=0.002)
    shown: list[Path | None] = []
    document.loaded.connect(lambda: shown.append(document.path))
    tasks = [asyncio.ensure_future(document.open(path, DEFAULTS)) for path in (sample, other)]
    qtbot.waitUntil(lambda: all(task.done() for task in tasks), timeout=20_000)
    assert shown == [other]


def test_the_sample_is_written_once(qtbot: QtBot, document: Document) -> None:
    with qtbot.waitSignal(document.loaded, timeout=20_000):
        task = asyncio.ensure_future(document.open_sample(DEFAULTS))
    assert document.path is not None
    written = document.path.stat().st_mtime_ns
    with qtbot.waitSignal(document.loaded, timeout=20_000):
        task = asyncio.ensure_future(document.open_sample(DEFAULTS))
    assert document.path.stat().st_mtime_ns == written
    assert not task.cancelled()


def test_progress_is_thinned_and_the_main_thread_stays_free(qtbot: QtBot, document: Document, tmp_path: Path) -> None:
    path = tmp_path / "kg.csv"
    write_sample_graph(path, scale=0.1)
    _open(qtbot, document, path)  # imports and compiled kernels
    path.touch()
    told: list[tuple[float, Progress]] = []
    ticks: list[float] = []
    document.progress.connect(lambda progress: told.append((time.monotonic(), progress)))
    clock = QTimer(interval=5)
    clock.timeout.connect(lambda: ticks.append(time.monotonic()))
    clock.start()
    _open(qtbot, document, path)
    clock.stop()
    seconds = ticks[-1] - ticks[0]
    gaps_ms = sorted(1000 * (late - early) for early, late in pairwise(ticks))
    assert told, "reading a file of 60 MB takes long enough to be told about"
    assert told[-1][1].phase in {"reading", "assembling", "counting"}
    assert len(told) <= 1 + 20 * seconds
    assert gaps_ms[int(0.95 * len(gaps_ms))] < 50
    assert gaps_ms[-1] < 500 * seconds, "no part of the work is done on the main thread"


@pytest.mark.parametrize("name", ["primekg_slice.csv.gz", "real_small.csv.gz"])
def test_real_files_open(qtbot: QtBot, document: Document, name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip("the folder of real graphs is not beside this checkout")
    _open(qtbot, document, path)
    assert document.statistics is not None
    rows = document.statistics.num_edges + document.statistics.duplicates
    expected = {"primekg_slice.csv.gz": (19_091, 135_616), "real_small.csv.gz": (8_023, 237_140)}[name]
    assert (document.statistics.num_nodes, rows) == expected
