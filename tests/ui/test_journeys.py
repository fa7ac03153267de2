"""Whole journeys in a real window, driven by mouse and keyboard; each ends without a thread or a window left."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hgt_studio.graph.synthetic import write_sample_graph

pytestmark = pytest.mark.slow
Run = Callable[..., None]


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "kg.csv"
    write_sample_graph(path, scale=0.005)
    return path


def test_drop_set_train_pause_export(journey: Run, graph: Path) -> None:
    journey("drop_train_export", graph)


def test_stop_in_mid_batch_resume_and_keep_the_best(journey: Run, graph: Path) -> None:
    journey("stop_in_mid_batch", graph)


def test_quit_in_mid_training(journey: Run, graph: Path) -> None:
    journey("quit_in_mid_training", graph)


def test_a_table_that_is_no_graph(journey: Run, graph: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(graph.read_text(encoding="utf-8").splitlines()[0] + "\n")
    journey("bad_csv", graph, bad)


def test_out_of_memory(journey: Run, graph: Path) -> None:
    journey("out_of_memory", graph)
