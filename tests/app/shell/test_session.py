"""A run seen from the window: states, order and thread of the news, every way to end."""

import threading
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

import hgt_studio.pipeline
from hgt_studio.app.engine import Engine
from hgt_studio.app.state.session import RunOutcome, TrainingSession
from hgt_studio.config import RunConfig
from hgt_studio.errors import InputError, TrainingError
from hgt_studio.training.events import Notice
from hgt_studio.typing import Progress
from tests.helpers.fake_run import FakeRun


@pytest.fixture
def session(engine: Engine) -> TrainingSession:
    return TrainingSession(engine)


def begin(session: TrainingSession, run: FakeRun, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> list[Any]:
    """Start a fake run; the list fills with every signal's value and the thread it came on is checked."""
    news: list[Any] = []
    main = threading.current_thread()

    def hear(value: Any) -> None:
        assert threading.current_thread() is main
        news.append(value.text if isinstance(value, Notice) else value)

    for signal in (session.state_changed, session.event, session.progress, session.ended):
        signal.connect(hear)
    monkeypatch.setattr(hgt_studio.pipeline, "train_run", run)
    session.start(Path("kg.csv"), Path("run"), RunConfig())
    qtbot.waitUntil(run.begun.is_set, timeout=60_000)
    return news


def test_news_come_in_order_on_the_ui_thread(session, engine, monkeypatch, qtbot):
    run = FakeRun()
    news = begin(session, run, monkeypatch, qtbot)
    assert session.is_active
    run.may_end.set()
    qtbot.waitUntil(lambda: not session.is_active)
    assert news == ["running", "0", "1", "2", "end", "done", RunOutcome("done", Path("run"), "result", "")]
    assert run.thread is engine


def test_pause_resume_and_stop(session, monkeypatch, qtbot):
    run = FakeRun()
    news = begin(session, run, monkeypatch, qtbot)
    session.resume()  # means nothing while it runs
    session.pause()
    qtbot.wait(20)
    held = run.batches
    qtbot.wait(30)
    assert run.batches == held
    session.resume()
    qtbot.waitUntil(lambda: run.batches > held)
    session.stop()
    qtbot.waitUntil(lambda: not session.is_active)
    states = [item for item in news if item in ("running", "paused", "stopping", "stopped")]
    assert states == ["running", "paused", "running", "stopping", "stopped"]


def test_stop_ends_a_paused_run_and_keeps_its_directory(session, monkeypatch, qtbot):
    news = begin(session, FakeRun(), monkeypatch, qtbot)
    session.pause()
    session.stop()
    qtbot.waitUntil(lambda: session.state == "stopped")
    assert news[-1] == RunOutcome("stopped", Path("run"), None, "stopped by the user")
    assert "end" not in news


def test_finish_completes_the_run(session, monkeypatch, qtbot):
    news = begin(session, FakeRun(), monkeypatch, qtbot)
    session.finish()
    assert session.state == "stopping"
    qtbot.waitUntil(lambda: session.state == "done")
    assert news[-3:-1] == ["end", "done"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (InputError("kg.csv: no column 'x'; map the columns"), "kg.csv: no column 'x'; map the columns"),
        (ZeroDivisionError("boom"), "a fault of the program (ZeroDivisionError); see Help > Diagnostics"),
    ],
)
def test_failures_end_in_one_line(session, monkeypatch, qtbot, error, message):
    run = FakeRun(error)
    run.may_end.set()
    news = begin(session, run, monkeypatch, qtbot)
    qtbot.waitUntil(lambda: session.state == "failed")
    assert news[-1] == RunOutcome("failed", Path("run"), None, message)


def test_one_run_at_a_time_and_another_afterwards(session, monkeypatch, qtbot):
    run = FakeRun()
    begin(session, run, monkeypatch, qtbot)
    with pytest.raises(TrainingError, match="under way"):
        session.start(Path("kg.csv"), Path("other"), RunConfig())
    session.stop()
    qtbot.waitUntil(lambda: session.state == "stopped")
    run.may_end.set()
    session.start(Path("kg.csv"), Path("other"), RunConfig())
    qtbot.waitUntil(lambda: session.state == "done")
    assert session.directory == Path("other")


def test_progress_is_thinned_but_its_end_is_told(session, monkeypatch, qtbot):
    def flood(graph: Path, directory: Path, config: RunConfig, listeners: Any, *, resume: bool) -> None:
        for done in range(1001):
            listeners.on_progress(Progress("read", done, 1000))

    seen: list[Progress] = []
    session.progress.connect(seen.append)
    monkeypatch.setattr(hgt_studio.pipeline, "train_run", flood)
    session.start(Path("kg.csv"), Path("run"), RunConfig())
    qtbot.waitUntil(lambda: session.state == "done", timeout=60_000)
    assert len(seen) < 50
    assert seen[-1].done == 1000
