"""The Export tab with a real run, the real engine thread and real files."""

import threading
from pathlib import Path

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from hgt_studio.app.engine import Engine
from hgt_studio.app.export_panel import ExportPanel
from hgt_studio.app.preferences import Preferences
from hgt_studio.app.state.settings import Settings


@pytest.fixture
def panel(qtbot: QtBot, qt_loop: object, engine: Engine, preferences: Preferences, settings: Settings) -> ExportPanel:
    made = ExportPanel(engine=engine, preferences=preferences, settings=settings)
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    return made


def open_run(qtbot: QtBot, panel: ExportPanel, trained_run: Path) -> None:
    with qtbot.waitSignal(panel.exporter.previewed, timeout=60_000):
        panel.set_run(trained_run)


def test_before_a_run_it_says_what_to_do_and_offers_no_export(panel: ExportPanel) -> None:
    assert "train one" in panel.run_name.text()
    assert not panel.export.isEnabled()


def test_the_preview_shows_rows_and_size_and_follows_the_node_types(
    qtbot: QtBot, panel: ExportPanel, trained_run: Path, settings: Settings
) -> None:
    open_run(qtbot, panel, trained_run)
    graph = panel.exporter.run.graph  # type: ignore[union-attr]
    assert panel.run_name.text() == "first run"
    assert panel.table.model().rowCount() == 10
    assert f"{graph.num_nodes:,} rows" in panel.expected.text()
    with qtbot.waitSignal(panel.exporter.previewed, timeout=30_000):
        for row in range(1, panel.types.count()):
            panel.types.item(row).setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: f"{graph.counts_by_type()[graph.node_types[0]]:,} rows" in panel.expected.text())
    assert settings.config.export.node_types == (graph.node_types[0],)
    panel.types.item(0).setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: not panel.export.isEnabled())
    assert "name a node type" in panel.expected.text()
    settings.undo_stack.undo()  # edits of one setting in a row are one step
    qtbot.waitUntil(panel.export.isEnabled)
    assert panel.types.item(1).checkState() == Qt.CheckState.Checked


def test_an_export_writes_the_file_that_the_preview_promised(
    qtbot: QtBot, panel: ExportPanel, trained_run: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.set_value("export.format", "csv")
    open_run(qtbot, panel, trained_run)
    path, steps = tmp_path / "vectors.csv", []
    panel.exporter.progress.connect(steps.append)
    with qtbot.waitSignal(panel.exporter.written, timeout=60_000):
        panel.export_to(str(path))
        assert panel.cancel.isVisible()
        assert not panel.export.isEnabled()
    table = pd.read_csv(path)
    graph = panel.exporter.run.graph  # type: ignore[union-attr]
    assert len(table) == graph.num_nodes
    assert steps
    assert panel.outcome.text().startswith(str(path))
    assert panel.reveal.isVisible()
    qtbot.mouseClick(panel.copy_path, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == str(path)


def test_a_cancelled_export_leaves_no_file(qtbot: QtBot, panel: ExportPanel, trained_run: Path, tmp_path: Path) -> None:
    open_run(qtbot, panel, trained_run)
    with qtbot.waitSignal(panel.exporter.cancelled, timeout=60_000):
        panel.export_to(str(tmp_path / "vectors.parquet"))
        qtbot.mouseClick(panel.cancel, Qt.MouseButton.LeftButton)
    assert list(tmp_path.glob("vectors*")) == []
    assert panel.export.isEnabled()


def test_an_export_that_waits_for_another_job_can_be_cancelled(
    qtbot: QtBot, panel: ExportPanel, trained_run: Path, engine: Engine, tmp_path: Path
) -> None:
    open_run(qtbot, panel, trained_run)
    training_over = threading.Event()
    training = engine.submit(training_over.wait)
    try:
        with qtbot.waitSignal(panel.exporter.cancelled):
            panel.export_to(str(tmp_path / "vectors.parquet"))
            assert "Waiting" in panel.outcome.text()
            panel.cancel.click()
        assert not training.done()
    finally:
        training_over.set()
    assert engine.submit(lambda: list(tmp_path.glob("vectors*"))).result() == []


def test_node_types_cannot_be_changed_while_the_settings_are_locked(panel: ExportPanel, settings: Settings) -> None:
    settings.set_locked(True)
    assert not panel.types.isEnabled()
    settings.set_locked(False)
    assert panel.types.isEnabled()


def test_a_folder_that_is_no_run_is_told_in_one_dialog(qtbot: QtBot, panel: ExportPanel, tmp_path: Path) -> None:
    with qtbot.waitSignal(panel.exporter.failed, timeout=60_000):
        panel.set_run(tmp_path)
    (box,) = panel.findChildren(QMessageBox)
    assert "is not a run directory" in box.text()
    box.close()
    assert "train one" in panel.run_name.text()


def test_after_a_folder_that_is_no_run_the_run_before_it_stays(
    qtbot: QtBot, panel: ExportPanel, trained_run: Path, tmp_path: Path
) -> None:
    open_run(qtbot, panel, trained_run)
    with qtbot.waitSignal(panel.exporter.failed, timeout=60_000):
        panel.set_run(tmp_path)
    assert panel.run_name.text() == "first run"
    assert panel.export.isEnabled()
