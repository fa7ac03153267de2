"""Toolbar, banner and actions follow the state objects."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from hgt_studio.app.actions import Actions
from hgt_studio.app.banner import Banner
from hgt_studio.app.engine import EngineInfo
from hgt_studio.app.presenter import Presenter
from hgt_studio.app.run_control import RunControl
from hgt_studio.app.run_manners import RunManners
from hgt_studio.app.state.app_state import AppState
from hgt_studio.app.state.document import Document
from hgt_studio.app.state.session import RunOutcome, TrainingSession
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.system.sleep import SleepGuard
from hgt_studio.app.toolbar import ToolBar
from hgt_studio.config import RunConfig
from hgt_studio.device.selection import DeviceDescription
from hgt_studio.pipeline import RunResult

CPU = DeviceDescription("cpu", True, hardware="Test processor")
MPS = DeviceDescription("mps", False, reason="this is no Mac; choose cpu")


@pytest.fixture
def state(preferences, engine, qt_loop):
    return AppState(preferences, engine, Settings(), Document(), TrainingSession(engine))


@pytest.fixture
def window(state, qtbot):
    made = QMainWindow()
    made.actions_, made.banner = Actions(made), Banner()
    made.bar = ToolBar(made.actions_, made)
    made.addToolBar(made.bar)
    made.setCentralWidget(made.banner)
    made.control = RunControl(state.document, state.settings, state.session, state.preferences)
    manners = RunManners(state.session, made, SleepGuard(["no-such-tool"]))
    made.presenter = Presenter(state, made.actions_, made.bar, made.banner, made.control, manners)
    qtbot.addWidget(made)
    made.resize(1280, 200)
    made.show()
    return made


def words(window: QMainWindow) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible() and label.text()]


def end(state: AppState, window: QMainWindow, outcome: RunOutcome, qtbot: QtBot) -> list[str]:
    """The buttons of the banner after a run has ended so."""
    state.session._end(outcome)
    qtbot.wait(20)  # Qt shows new widgets and deletes old ones later
    return [button.text() for button in window.banner.findChildren(QPushButton)]


def with_checkpoint(folder: Path) -> Path:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "last.safetensors").touch()
    return folder


def test_the_device_badge_says_what_runs_and_why_nothing_better_does(state, window, monkeypatch, qapp):
    state.engine.submit(lambda: None).result()
    qapp.processEvents()  # what the engine itself says of this computer comes first
    state.engine.importing.emit("Loading torch")
    assert "Loading torch..." in words(window)
    monkeypatch.setattr(state.engine, "info", EngineInfo((MPS, CPU), {}))
    state.engine.ready.emit(state.engine.info)
    (badge,) = [label for label in window.findChildren(QLabel) if label.text() == "CPU  Test processor"]
    assert badge.toolTip() == "MPS: this is no Mac; choose cpu"
    state.settings.set_value("device.name", "mps")
    assert badge.text() == "MPS is not available"
    assert badge.toolTip() == MPS.reason


def test_an_engine_that_cannot_start_is_told_with_what_to_do(state, window):
    state.engine.failed.emit("No module named 'torch'")
    assert "No engine" in words(window)
    assert any("No module named 'torch'" in text and "reinstall" in text for text in words(window))


def test_a_graph_is_named_with_its_counts_and_train_says_why_it_waits(state, window, tmp_path, qtbot, qt_loop):
    assert not window.actions_.train.isEnabled()
    assert window.actions_.train.toolTip() == "Open a graph first"
    graph = tmp_path / "small.csv"
    graph.write_text("head,relation,tail\na,likes,b\nb,likes,c\nc,likes,a\n")
    config = RunConfig.build({"data": {"columns": {"head": "head", "relation": "relation", "tail": "tail"}}})
    with qtbot.waitSignal(state.document.loaded, timeout=60_000):
        task = qt_loop.create_task(state.document.open(graph, config.data))
    qtbot.waitUntil(task.done)
    assert "small.csv - 3 nodes, 3 edges" in words(window)
    assert window.windowTitle() == "small.csv - HGT Studio"
    assert window.actions_.train.isEnabled()


@pytest.mark.parametrize(
    ("run_state", "enabled"),
    [
        ("idle", set()),
        ("running", {"pause", "stop", "finish"}),
        ("paused", {"pause", "stop", "finish"}),
        ("stopping", {"stop"}),
        ("done", set()),
    ],
)
def test_what_can_be_done_in_each_state(state, window, run_state, enabled):
    state.session._set_state(run_state)
    actions = window.actions_
    assert {name for name in ("train", "pause", "stop", "finish") if getattr(actions, name).isEnabled()} == enabled
    assert actions.open_settings.isEnabled() == (run_state in ("idle", "done"))


def test_done_sums_up_and_leads_to_the_export(state, window, tmp_path, qtbot):
    result = RunResult(tmp_path / "kg 1", {"test": {"mrr": 0.4567}}, 125.0, 2_100_000_000, 1, ())
    assert end(state, window, RunOutcome("done", tmp_path / "kg 1", result, ""), qtbot)[0] == "Export..."
    assert "kg 1, MRR 0.457, 2 min, 2.1 GB at most. The embeddings are written." in words(window)
    with qtbot.waitSignal(window.presenter.export_asked) as asked:
        qtbot.mouseClick(window.banner.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert asked.args == [tmp_path / "kg 1"]


def test_stopped_offers_to_go_on_only_from_a_checkpoint(state, window, tmp_path, qtbot):
    assert end(state, window, RunOutcome("stopped", tmp_path / "none", None, "stopped"), qtbot) == []
    assert "It had no checkpoint yet." in words(window)
    kept = with_checkpoint(tmp_path / "kept")
    assert end(state, window, RunOutcome("stopped", kept, None, "stopped"), qtbot) == ["Resume", "Export..."]


def test_out_of_memory_leads_to_less_memory_first(state, window, tmp_path, qtbot):
    kept = with_checkpoint(tmp_path / "kept")
    outcome = RunOutcome("failed", kept, None, "out of memory at batch size 1; lower it", is_out_of_memory=True)
    assert end(state, window, outcome, qtbot) == ["Try with Less Memory...", "Resume"]
    assert "out of memory at batch size 1; lower it" in words(window)
    with qtbot.waitSignal(window.presenter.less_memory_asked):
        qtbot.mouseClick(window.banner.findChild(QPushButton), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("message", "path", "before", "after", "words"),
    [
        (
            "the loss is not finite after step 3: the weights diverged; lower training.learning_rate",
            "training.learning_rate", 0.01, 0.003, "Lower the Learning Rate to 0.003",
        ),
        (
            "the contrastive loss is not finite; raise training.temperature",
            "training.temperature", 0.1, 0.2, "Raise the Temperature to 0.2",
        ),
    ],
)  # fmt: skip
def test_a_loss_that_is_no_number_is_healed_with_one_click(
    state, window, tmp_path, qtbot, message, path, before, after, words
):
    state.settings.set_value(path, before)
    assert end(state, window, RunOutcome("failed", tmp_path, None, message), qtbot) == [words]
    qtbot.mouseClick(window.banner.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert state.settings.value(path) == pytest.approx(after)
    assert not window.banner.isVisible()


def test_another_failure_has_no_remedy_among_the_settings(state, window, tmp_path, qtbot):
    assert end(state, window, RunOutcome("failed", tmp_path, None, "the disk is full; make room"), qtbot) == []


def test_the_banner_goes_when_the_next_run_begins(state, window, tmp_path, qtbot):
    end(state, window, RunOutcome("failed", tmp_path, None, "the disk is full; make room"), qtbot)
    assert window.banner.isVisible()
    state.session._set_state("running")
    assert not window.banner.isVisible()
