"""Around a run: awake from start to end, the title counts, the end is told."""

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

import hgt_studio.app.run_manners as run_manners
from hgt_studio.app.run_manners import RunManners
from hgt_studio.app.state.session import RunOutcome, TrainingSession
from hgt_studio.app.system.sleep import SleepGuard
from hgt_studio.training.events import RunStarted, StepsDone


@pytest.fixture
def told(monkeypatch):
    texts: list[tuple[str, str]] = []
    monkeypatch.setattr(run_manners, "notify", lambda window, title, text: texts.append((title, text)))
    return texts


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def session(engine):
    return TrainingSession(engine)


@pytest.fixture
def guard():
    made = SleepGuard([sys.executable, "-c", "import time; time.sleep(60)"])
    yield made
    made.release()


def step(number: int) -> StepsDone:
    return StepsDone(number, 1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0)


def test_the_computer_is_awake_exactly_while_a_run_is_under_way(session, window, guard, told):
    RunManners(session, window, guard)
    held = []
    for state in ("running", "paused", "running", "stopping", "stopped", "running", "failed"):
        session._set_state(state)
        held.append(guard.is_held)
    assert held == [True, True, True, True, False, True, False]


def test_the_title_counts_and_the_end_is_told_once(session, window, guard, told):
    manners = RunManners(session, window, guard)
    manners.set_title("kg.csv - HGT Studio")
    session._set_state("running")
    session.event.emit(RunStarted("cpu", 1, 1, 0, 10, seeds_per_step=8, num_epochs=5, first_step=0, shapes=1))
    session.event.emit(step(21))
    assert window.windowTitle() == "42 % - kg.csv - HGT Studio"
    session._set_state("failed")
    session.ended.emit(RunOutcome("failed", Path("runs/kg 1"), None, "the disk is full; make room"))
    assert window.windowTitle() == "kg.csv - HGT Studio"
    assert told == [("Training failed", "the disk is full; make room")]


def test_a_new_graph_does_not_wipe_the_progress_of_a_run(session, window, guard, told):
    manners = RunManners(session, window, guard)
    session._set_state("running")
    session.event.emit(RunStarted("cpu", 1, 1, 0, 10, seeds_per_step=8, num_epochs=1, first_step=0, shapes=1))
    session.event.emit(step(5))
    manners.set_title("other.csv - HGT Studio")
    assert window.windowTitle().startswith("50 % - ")
    session.event.emit(step(6))
    assert window.windowTitle() == "60 % - other.csv - HGT Studio"
