"""The Runs tab on run directories as the engine writes them."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QFile, Qt
from PySide6.QtWidgets import QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from hgt_studio.app.preferences import Preferences
from hgt_studio.app.runs_panel import RunsPanel
from hgt_studio.app.runs_panel.comparison import differing_settings
from hgt_studio.app.runs_panel.run_columns import COLUMNS, NOTES
from hgt_studio.app.runs_panel.run_record import read_run, read_runs
from hgt_studio.config import RunConfig
from hgt_studio.config.settings_file import apply_overrides
from hgt_studio.training.run_directory import RunDirectory
from tests.helpers.run_events import evaluated, run_events

LEFT = Qt.MouseButton.LeftButton


def write_run(
    folder: Path, name: str, mrr: Sequence[float], *overrides: str, finished: bool = False, checkpoint: bool = True
) -> Path:
    """A run directory with its record; its last checkpoint stands at the end of the last epoch."""
    import numpy as np
    from safetensors.numpy import save_file

    run = RunDirectory(folder / name)
    run.create(apply_overrides(RunConfig(), list(overrides)), resume=False)
    for event in run_events(mrr):
        run.record(event)
    manifest = {"graph": {"path": "/somewhere/kg.csv"}, "finished": finished}
    if finished:
        run.record(evaluated(len(mrr), 0.5, edges="test"))
        manifest |= {"seconds": {"train": 100.0, "export": 20.0}, "peak_bytes": 2_100_000_000}
    run.manifest_path.write_text(json.dumps(manifest))
    if checkpoint:
        state = {"state": json.dumps({"step": 4 * len(mrr), "best": max(mrr)})}
        save_file({"model.weight": np.zeros(4, dtype=np.float32)}, run.last_checkpoint, metadata=state)
    return run.path


@pytest.fixture
def folder(preferences: Preferences) -> Path:
    """A finished run, an interrupted one and one that failed before its first checkpoint, the newest last."""
    folder = preferences.runs_folder()
    write_run(folder, "a", [0.1, 0.2], finished=True)
    write_run(folder, "b", [0.1, 0.3, 0.2], "training.learning_rate=0.01", "sampling.batch_size=256")
    write_run(folder, "c", [0.1], "training.learning_rate=0.02", checkpoint=False)
    for age_seconds, name in ((200, "a"), (100, "b"), (0, "c")):
        worked_on = time.time() - age_seconds
        os.utime(RunDirectory(folder / name).metrics_path, (worked_on, worked_on))
    (folder / "no run").mkdir()
    return folder


@pytest.fixture
def panel(qtbot: QtBot, qt_loop: asyncio.AbstractEventLoop, preferences: Preferences, folder: Path) -> RunsPanel:
    made = RunsPanel(preferences=preferences)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitUntil(lambda: made.runs.rowCount() == 3)
    return made


def cells(panel: RunsPanel, title: str) -> dict[str, str]:
    """A column by the names of the runs."""
    model = panel.table.model()
    column = [each.title for each in COLUMNS].index(title)
    return {model.index(row, 0).data(): model.index(row, column).data() for row in range(model.rowCount())}


def select(panel: RunsPanel, *names: str) -> None:
    panel.table.clearSelection()
    panel.table.select([run for run in panel.runs.runs if run.name in names])


def button(panel: RunsPanel, words: str) -> QPushButton:
    (found,) = [each for each in panel.findChildren(QPushButton) if each.text() == words]
    return found


def test_each_run_is_told_in_a_row(panel: RunsPanel) -> None:
    assert cells(panel, "State") == {"a": "finished", "b": "interrupted", "c": "failed"}
    assert cells(panel, "Graph") == dict.fromkeys("abc", "kg.csv")
    assert cells(panel, "Epochs") == {"a": "2", "b": "3", "c": "1"}
    assert cells(panel, "MRR") == {"a": "0.500", "b": "0.300", "c": "0.100"}, "of the test edges, else the best so far"
    assert cells(panel, "AUROC") == dict.fromkeys("abc", "–")
    assert cells(panel, "Time") == {"a": "2 min", "b": "6 s", "c": "2 s"}
    assert cells(panel, "Peak memory") == {"a": "2.1 GB", "b": "–", "c": "–"}


def test_figures_sort_by_number(panel: RunsPanel) -> None:
    panel.table.sortByColumn([each.title for each in COLUMNS].index("MRR"), Qt.SortOrder.AscendingOrder)
    assert list(cells(panel, "MRR")) == ["c", "b", "a"]


def test_curves_of_selected_runs_lie_over_one_another(panel: RunsPanel) -> None:
    panel.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    select(panel, "a", "b")
    quality = {curve.name: curve.y.tolist() for curve in panel.details.quality.content.curves}
    assert quality == {"a": [0.1, 0.2], "b": [0.1, 0.3, 0.2]}
    assert {curve.name: curve.y.tolist() for curve in panel.details.loss.content.curves}["b"] == [1.0, 0.5, 1 / 3]
    chips = {
        run.name: panel.runs.index(row, 0).data(Qt.ItemDataRole.DecorationRole)
        for row, run in enumerate(panel.runs.runs)
    }
    assert chips["c"] is None
    assert chips["a"] != chips["b"]


def test_differences_are_to_the_newest_run_or_among_the_selected(panel: RunsPanel) -> None:
    panel.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    newest = panel.runs.runs[0].name
    assert newest == "c"
    select(panel, "b")
    assert panel.details.differences.titles == ("Setting", "b", "c")
    assert {row[0]: row[1:] for row in panel.details.differences.rows} == {
        "training.learning_rate": ("0.01", "0.02"), "sampling.batch_size": ("256", "2048"),
    }  # fmt: skip
    select(panel, "a", "b", "c")
    rates = [row[1:] for row in panel.details.differences.rows if row[0] == "training.learning_rate"]
    assert rates == [("0.001", "0.01", "0.02")]


def test_checkpoints_are_told_with_the_metrics_of_their_step(panel: RunsPanel) -> None:
    select(panel, "b")
    ((run, kind, step, mrr, hits, size, _),) = panel.details.checkpoints.rows
    assert (run, kind, step, mrr, hits) == ("b", "last", "12", "0.200", "0.400")
    assert size.endswith("bytes")


def test_only_an_interrupted_run_can_be_resumed(panel: RunsPanel, qtbot: QtBot, folder: Path) -> None:
    for name, can_resume, can_export in (("a", False, True), ("b", True, True), ("c", False, False)):
        select(panel, name)
        assert (panel.resume.isEnabled(), panel.export.isEnabled()) == (can_resume, can_export)
    select(panel, "b")
    with qtbot.waitSignal(panel.resume_requested) as asked:
        qtbot.mouseClick(button(panel, "Resume"), LEFT)
    assert asked.args == [folder / "b"]
    with qtbot.waitSignal(panel.open_requested) as asked:
        qtbot.mouseClick(button(panel, "Export..."), LEFT)
    assert asked.args == [folder / "b"]
    panel.set_active_run(folder / "b")
    assert cells(panel, "State")["b"] == "running"
    assert not panel.resume.isEnabled()
    assert not panel.delete.isEnabled()


def test_notes_are_edited_in_the_table_and_kept_in_the_run(panel: RunsPanel, qtbot: QtBot, folder: Path) -> None:
    model = panel.table.model()
    row = next(row for row in range(3) if model.index(row, 0).data() == "b")
    panel.table.setCurrentIndex(model.index(row, COLUMNS.index(NOTES)))
    panel.table.edit(panel.table.currentIndex())
    (editor,) = panel.table.findChildren(QLineEdit)
    qtbot.keyClicks(editor, "higher rate, good")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cells(panel, "Notes")["b"] == "higher rate, good")
    assert (folder / "b" / "notes.txt").read_text() == "higher rate, good"
    assert [run.name for run in panel.table.selected()] == ["b"], "the selection outlives reading anew"


def test_deleting_asks_and_moves_to_the_bin(
    panel: RunsPanel, qtbot: QtBot, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bin of the system is stood in for by a folder: a test leaves nothing in the user's."""
    monkeypatch.setattr(QFile, "moveToTrash", lambda path: bool(shutil.move(path, tmp_path / "bin")))
    select(panel, "c")
    qtbot.mouseClick(button(panel, "Delete..."), LEFT)
    (box,) = panel.findChildren(QMessageBox)
    assert "the run 'c'" in box.text()
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Cancel), LEFT)
    assert (folder / "c").exists()
    qtbot.waitUntil(lambda: not panel.findChildren(QMessageBox))
    qtbot.mouseClick(button(panel, "Delete..."), LEFT)
    (box,) = panel.findChildren(QMessageBox)
    (accept,) = [each for each in box.buttons() if each.text() == "Move to Bin"]
    qtbot.mouseClick(accept, LEFT)
    qtbot.waitUntil(lambda: panel.runs.rowCount() == 2)
    assert not (folder / "c").exists()
    assert (tmp_path / "bin" / "run.toml").exists()


def test_an_empty_folder_says_what_will_appear(
    qtbot: QtBot, qt_loop: asyncio.AbstractEventLoop, preferences: Preferences
) -> None:
    made = RunsPanel(preferences=preferences)
    qtbot.addWidget(made)
    made.show()
    qtbot.wait(200)
    assert not made.table.isVisible()
    write_run(preferences.runs_folder(), "first", [0.1])
    made.refresh()
    qtbot.waitUntil(made.table.isVisible)
    assert [run.name for run in made.table.selected()] == ["first"]


def test_broken_runs_are_shown_as_far_as_they_can_be_read(folder: Path) -> None:
    run = RunDirectory(folder / "b")
    run.config_path.write_text("[training]\nlearning_rate = 7\n")
    run.manifest_path.write_text("[]")
    run.last_checkpoint.write_bytes(b"cut")
    record = read_run(folder / "b")
    assert (record.config, record.graph, record.state) == (None, "", "interrupted")
    assert [checkpoint.step for checkpoint in record.checkpoints] == [None]
    assert len(record.epochs) == 3
    assert [each.name for each in read_runs(folder)][-1] == "a"
    assert read_runs(folder / "missing") == []


def test_a_real_run_is_read(tmp_path: Path) -> None:
    from tests.helpers.batches import small_task
    from tests.helpers.runs import make_run

    run = make_run(tmp_path / "real", small_task("training.num_epochs=2"))
    evaluation = run.finish()
    record = read_run(tmp_path / "real")
    assert record.config == run.trainer.task.config
    assert record.metric("mrr") == evaluation.micro["mrr"]
    steps = {checkpoint.kind: checkpoint.step for checkpoint in record.checkpoints}
    assert steps["last"] == run.trainer.step
    best = max(event.metrics["validation"]["mrr"] for event in record.evaluations if event.edges == "validation")
    assert record.metric_at(steps["best"], "mrr") == best


def test_settings_that_are_lists_and_flags_are_told_in_words() -> None:
    other = apply_overrides(RunConfig(), ["sampling.num_neighbors=[4, 3]", "data.add_reverse_edges=false"])
    differences = differing_settings([RunConfig(), other])
    assert differences["sampling.num_neighbors"][1] == "4, 3"
    assert differences["data.add_reverse_edges"] == ("yes", "no")
    assert differing_settings([other, other]) == {}
    assert differing_settings([]) == {}


def test_a_run_tells_its_relations_and_what_ran(panel: RunsPanel, folder: Path, qtbot: QtBot) -> None:
    path = write_run(folder, "d", [0.1])
    run = RunDirectory(path)
    judged = evaluated(2, 0.4, edges="test")
    few, many = {"mrr": 0.9, "num_edges": 3}, {"mrr": 0.25, "hits@10": 0.5, "auroc": None, "num_edges": 1200}
    run.record(replace(judged, metrics={**judged.metrics, "per_relation": {"indication": few, "drug_drug": many}}))
    run.manifest_path.write_text(json.dumps({"seed": 7, "versions": {"torch": "2.13.0"}, "finished": False}))
    panel.refresh()
    qtbot.waitUntil(lambda: panel.runs.rowCount() == 4)
    panel.table.selectRow(0)
    assert panel.details.relations.rows == [
        ("drug_drug", "0.250", "0.500", "–", "1,200"),
        ("indication", "0.900", "–", "–", "3"),
    ]
    assert dict(panel.details.facts.rows) == {"seed": "7", "torch": "2.13.0"}
