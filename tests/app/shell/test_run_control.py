"""When a run can start, what it starts with, and how an old one goes on."""

import json
from pathlib import Path

import pytest

import hgt_studio.pipeline
from hgt_studio.app.run_control import RunControl
from hgt_studio.app.state.document import Document
from hgt_studio.app.state.session import TrainingSession
from hgt_studio.app.state.settings import Settings
from hgt_studio.config import ColumnMapping, RunConfig, save_config
from hgt_studio.errors import HgtStudioError, RunDirectoryError, TrainingError
from tests.helpers.fake_run import FakeRun

TABLE = "head,relation,tail\na,likes,b\nb,likes,c\nc,likes,a\n"
COLUMNS = ColumnMapping(head="head", relation="relation", tail="tail")


@pytest.fixture
def document(qt_loop):
    return Document()


@pytest.fixture
def session(engine):
    return TrainingSession(engine)


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def control(document, settings, session, preferences):
    return RunControl(document, settings, session, preferences)


@pytest.fixture
def graph(tmp_path, document, qt_loop, qtbot) -> Path:
    """A small table, opened with its column mapping."""
    path = tmp_path / "small.csv"
    path.write_text(TABLE)
    config = RunConfig().data.model_copy(update={"columns": COLUMNS})
    with qtbot.waitSignal(document.loaded, timeout=60_000):
        task = qt_loop.create_task(document.open(path, config))
    qtbot.waitUntil(task.done)
    return path


@pytest.fixture
def fake_run(monkeypatch, session, qtbot):
    """Runs that tell what they were called with, and end with the test."""
    made = FakeRun()
    made.calls = []

    def train_run(*arguments: object, resume: bool) -> str:
        made.calls.append((*arguments[:3], resume))
        return made(*arguments, resume=resume)

    monkeypatch.setattr(hgt_studio.pipeline, "train_run", train_run)
    yield made
    session.stop()
    qtbot.waitUntil(lambda: not session.is_active)


def test_every_obstacle_is_named_and_told_when_it_goes(control, document, settings, session, graph, fake_run, qtbot):
    assert control.obstacle() == ""
    with qtbot.waitSignal(control.changed):
        settings.set_value("training.num_epochs", -1)
    assert "marked red" in control.obstacle()
    settings.set_value("training.num_epochs", 5)
    control.train()
    assert "under way" in control.obstacle()
    session.stop()
    qtbot.waitUntil(lambda: not session.is_active)
    with qtbot.waitSignal(control.changed):
        document.clear()
    assert "Open a graph" in control.obstacle()


def test_nothing_starts_without_a_graph(control, session, fake_run):
    control.train()
    assert session.state == "idle"


def test_a_run_has_the_settings_of_now_the_columns_of_the_file_and_a_new_folder(
    control, settings, session, preferences, graph, fake_run, qtbot
):
    settings.set_value("training.num_epochs", 7)
    control.train()
    qtbot.waitUntil(lambda: bool(fake_run.calls))
    ((path, folder, config, resume),) = fake_run.calls
    assert path == graph
    assert folder.parent == preferences.runs_folder()
    assert folder.name.startswith("small 20")
    assert config.training.num_epochs == 7
    assert config.data.columns == COLUMNS
    assert settings.config.data.columns is None
    assert not resume


def test_settings_are_locked_exactly_while_a_run_is_under_way(control, settings, session, graph, fake_run, qtbot):
    control.train()
    assert settings.locked
    session.pause()
    session.resume()
    assert settings.locked
    session.stop()
    assert settings.locked
    qtbot.waitUntil(lambda: not session.is_active)
    assert not settings.locked


def test_pause_and_go_on(control, session, graph, fake_run):
    control.train()
    control.toggle_pause()
    assert session.state == "paused"
    control.toggle_pause()
    assert session.state == "running"


def make_old_run(folder: Path, graph: Path) -> RunConfig:
    folder.mkdir()
    config = RunConfig.build({"training": {"num_epochs": 3}})
    save_config(config, folder / "run.toml")
    (folder / "manifest.json").write_text(json.dumps({"graph": {"path": str(graph)}}))
    return config


def test_an_old_run_goes_on_with_its_own_settings_which_the_form_shows(
    control, settings, graph, fake_run, tmp_path, qtbot
):
    config = make_old_run(tmp_path / "old", graph)
    control.resume_run(tmp_path / "old")
    qtbot.waitUntil(lambda: bool(fake_run.calls))
    assert fake_run.calls == [(graph, tmp_path / "old", config, True)]
    assert settings.config == config


def test_a_run_that_cannot_go_on_says_why_and_changes_nothing(control, settings, session, graph, fake_run, tmp_path):
    failures: list[HgtStudioError] = []
    control.failed.connect(failures.append)
    make_old_run(tmp_path / "gone", tmp_path / "no-such-graph.csv")
    control.resume_run(tmp_path / "nothing")
    control.resume_run(tmp_path / "gone")
    assert [type(error) for error in failures] == [RunDirectoryError, RunDirectoryError]
    make_old_run(tmp_path / "old", graph)
    control.train()
    before = settings.config
    control.resume_run(tmp_path / "old")
    assert type(failures[-1]) is TrainingError
    assert settings.config == before
    assert session.directory != tmp_path / "old"
