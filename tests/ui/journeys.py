"""Whole journeys in a real window: `python -m tests.ui.journeys NAME ARGS`. Each is a process of its own."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton

from tests.ui.driver import Driver, Journey, drive

CONTROL = Qt.KeyboardModifier.ControlModifier
SMALL = {
    "architecture": {"hidden_dim": 32, "embedding_dim": 32, "num_heads": 2},
    "sampling": {"batch_size": 128},
    "training": {"num_epochs": 2},
    "device": {"cpu_threads": 1},
}


def use_small_settings(app: Driver, **training: Any) -> None:
    """A network that trains in seconds."""
    values = app.state.settings.config.model_dump(mode="json")
    for section, fields in SMALL.items():
        values[section].update(fields)
    values["training"].update(training)
    app.state.settings.replace(type(app.state.settings.config).build(values), "Small")


async def open_by_drop(app: Driver, graph: Path) -> None:
    await app.until(lambda: app.state.engine.info is not None, 120)
    app.drop(graph)
    await app.until(lambda: app.state.document.path == graph)


async def start_training(app: Driver, until: str = "StepsDone") -> None:
    """Train by keyboard, and wait for the first news of a kind."""
    app.window.activateWindow()
    await app.until(app.window.isActiveWindow)
    seen: list[object] = []
    app.state.session.event.connect(seen.append)
    app.keys(Qt.Key.Key_R, CONTROL)
    await app.until(lambda: app.state.session.is_active)
    await app.until(lambda: any(type(event).__name__ == until for event in seen), 120)


async def wait_for(app: Driver, state: str) -> None:
    await app.until(lambda: app.state.session.state == state, 120)


def drop_train_export(graph: str) -> Journey:
    """Drop, change fields, see the estimate follow, train with a pause, export, find the file right."""

    async def journey(app: Driver) -> None:
        await open_by_drop(app, Path(graph))
        window, state = app.window, app.state
        assert any("nodes" in words for words in app.words())
        model = app.workspace.memory_strip.model
        await app.until(lambda: model.is_of_graph)
        before = model.estimate
        assert before is not None
        type_number(app, "architecture.hidden_dim", "32")
        type_number(app, "architecture.embedding_dim", "32")
        type_number(app, "sampling.batch_size", "128")
        type_number(app, "training.num_epochs", "2")
        after = model.estimate
        assert after is not None
        assert after.needed_bytes < before.needed_bytes / 2
        assert (state.settings.config.architecture.hidden_dim, state.settings.config.training.num_epochs) == (32, 2)
        await start_training(app, "PhaseStarted")
        app.keys(Qt.Key.Key_Space)
        assert state.session.state == "paused"
        await asyncio.sleep(0.3)
        app.keys(Qt.Key.Key_Space)
        await wait_for(app, "done")
        assert app.find(QLabel, "Done", window.banner)
        await export_as_csv(app, Path(graph).with_name("embeddings.csv"))

    return journey


def type_number(app: Driver, path: str, text: str) -> None:
    """Type into the field of a setting."""
    section, _ = path.split(".")
    row = app.workspace.settings_panel.forms[section].row(path.split(".")[1])
    edit = row.control.findChild(QLineEdit)
    assert isinstance(edit, QLineEdit)
    app.click(edit)
    edit.selectAll()
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, Qt.Key.Key_Return)


async def export_as_csv(app: Driver, target: Path) -> None:
    """Export the run that the panel holds, and read the file."""
    panel = app.window.tabs.export_panel
    app.keys(Qt.Key.Key_4, CONTROL)
    await app.until(lambda: panel.isVisible() and panel.exporter.run is not None)
    app.state.settings.set_value("export.format", "csv")
    await app.until(lambda: panel.export.isEnabled())
    app.click(panel.export)
    await app.choose_file(target)
    await app.until(lambda: panel.reveal.isVisible(), 120)
    import pandas as pd

    directory = app.state.session.directory
    assert directory is not None
    written, of_run = pd.read_csv(target), pd.read_parquet(directory / "embeddings.parquet")
    assert list(written["node_id"].astype(str)) == list(of_run["node_id"].astype(str))
    vectors = written[[f"e{number}" for number in range(32)]].to_numpy()
    np.testing.assert_allclose(vectors, np.stack(list(of_run["embedding"])), rtol=1e-3, atol=1e-5)


def quit_in_mid_training(graph: str) -> Journey:
    """Closing asks; staying goes on; stopping keeps a checkpoint that can be resumed, and ends the program."""

    async def journey(app: Driver) -> None:
        await open_by_drop(app, Path(graph))
        use_small_settings(app, num_epochs=1000)
        await start_training(app)
        app.window.close()
        app.press("Keep Training")
        await asyncio.sleep(0.3)
        assert app.state.session.state == "running"
        app.window.close()
        app.press("Stop and Quit")
        directory = app.state.session.directory
        await app.until(lambda: not app.window.isVisible())
        assert directory is not None
        assert (directory / "checkpoints" / "last.safetensors").exists()

    return journey


def stop_in_mid_batch(graph: str) -> Journey:
    """Pause by Space, go on, stop by the button, resume from the banner, stop and keep the best."""

    async def journey(app: Driver) -> None:
        await open_by_drop(app, Path(graph))
        use_small_settings(app, num_epochs=1000)
        await start_training(app)
        app.keys(Qt.Key.Key_Space)
        assert app.state.session.state == "paused"
        app.keys(Qt.Key.Key_Space)
        assert app.state.session.state == "running"
        app.click(app.find(QToolButton, "Stop After This Batch"))
        await wait_for(app, "stopped")
        directory = app.state.session.directory
        assert app.find(QLabel, "Stopped", app.window.banner)
        app.click(app.find(QPushButton, "Resume", app.window.banner))
        await wait_for(app, "running")
        assert app.state.session.directory == directory
        assert not app.window.banner.isVisible()
        await asyncio.sleep(1)
        app.window.actions_.finish.trigger()
        await wait_for(app, "done")
        assert directory is not None
        assert (directory / "embeddings.parquet").exists()

    return journey


def bad_csv(good: str, bad: str) -> Journey:
    """A file that is no graph is explained where it was dropped; the next one opens."""

    async def journey(app: Driver) -> None:
        await app.until(lambda: app.state.engine.info is not None, 120)
        failures: list[Exception] = []
        app.state.document.failed.connect(failures.append)
        app.drop(Path(bad))
        await app.until(lambda: failures)
        await app.until(lambda: any(Path(bad).name in words for words in app.words()))
        assert app.state.document.path is None
        assert not app.window.actions_.train.isEnabled()
        await open_by_drop(app, Path(good))
        assert app.window.actions_.train.isEnabled()

    return journey


def out_of_memory(graph: str) -> Journey:
    """Memory runs out for good: said in plain words, with the way to less memory, and the app lives on."""

    async def journey(app: Driver) -> None:
        await open_by_drop(app, Path(graph))
        use_small_settings(app)
        import hgt_studio.pipeline
        from hgt_studio.errors import OutOfMemoryError

        def fail(*arguments: object, **options: object) -> None:
            raise OutOfMemoryError("the device ran out of memory at batch size 1; lower the hidden size")

        original, hgt_studio.pipeline.train_run = hgt_studio.pipeline.train_run, fail  # type: ignore[assignment]
        app.click(app.find(QToolButton, app.window.actions_.train.text()))
        await wait_for(app, "failed")
        assert app.find(QLabel, "Out of memory", app.window.banner)
        assert any("lower the hidden size" in words for words in app.words())
        app.click(app.find(QPushButton, "Try with Less Memory...", app.window.banner))
        await asyncio.sleep(0.2)
        for dialog in app.window.findChildren(type(app.window)):
            dialog.close()
        active = QApplication.activeModalWidget()
        assert active is not None
        active.close()
        hgt_studio.pipeline.train_run = original
        app.click(app.find(QToolButton, app.window.actions_.train.text()))
        await wait_for(app, "done")

    return journey


ALL = (drop_train_export, quit_in_mid_training, stop_in_mid_batch, bad_csv, out_of_memory)
JOURNEYS: dict[str, Callable[..., Journey]] = {journey.__name__: journey for journey in ALL}

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    sys.exit(drive(JOURNEYS[name](*arguments), []))
