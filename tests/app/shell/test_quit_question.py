"""Closing the window in mid-training: asked once, stopped cleanly, closed when the run has ended."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

import hgt_studio.pipeline
from hgt_studio.app.quit_question import QuitQuestion
from hgt_studio.app.state.session import TrainingSession
from hgt_studio.config import RunConfig
from tests.helpers.fake_run import FakeRun


class Window(QWidget):
    def __init__(self, session: TrainingSession) -> None:
        super().__init__()
        self.question = QuitQuestion(session, self)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        event.setAccepted(self.question.may_close())


@pytest.fixture
def session(engine):
    return TrainingSession(engine)


@pytest.fixture
def window(session, qtbot):
    made = Window(session)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def run(session, monkeypatch, qtbot):
    made = FakeRun()
    monkeypatch.setattr(hgt_studio.pipeline, "train_run", made)
    session.start(Path("kg.csv"), Path("run"), RunConfig())
    qtbot.waitUntil(made.begun.is_set, timeout=60_000)
    yield made
    session.stop()
    qtbot.waitUntil(lambda: not session.is_active)


def press(window: QWidget, words: str, qtbot) -> None:
    (box,) = window.findChildren(QMessageBox)
    button = next(button for button in box.findChildren(QPushButton) if button.text() == words)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_without_a_run_it_closes_at_once(window):
    assert window.close()
    assert not window.findChildren(QMessageBox)


def test_it_asks_once_however_often_the_window_is_closed(window, run):
    assert not window.close()
    assert not window.close()
    assert len(window.findChildren(QMessageBox)) == 1


def test_keep_training_changes_nothing_and_the_next_close_asks_again(window, session, run, qtbot):
    window.close()
    press(window, "Keep Training", qtbot)
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))
    before = run.batches
    qtbot.waitUntil(lambda: run.batches > before)
    assert window.isVisible()
    assert session.state == "running"
    window.close()
    assert len(window.findChildren(QMessageBox)) == 1


def test_escape_keeps_training(window, session, run, qtbot):
    window.close()
    (box,) = window.findChildren(QMessageBox)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert session.state == "running"
    assert window.isVisible()


def test_stop_and_quit_closes_when_the_run_has_ended(window, session, run, qtbot):
    states: list[tuple[str, bool]] = []
    session.state_changed.connect(lambda state: states.append((state, window.isVisible())))
    window.close()
    press(window, "Stop and Quit", qtbot)
    assert not window.close()  # still waiting for the checkpoint, without another question
    qtbot.waitUntil(lambda: not window.isVisible())
    assert states == [("stopping", True), ("stopped", True)]


def test_a_run_that_ends_under_the_question_lets_the_window_close(window, session, run, qtbot):
    window.close()
    run.may_end.set()
    qtbot.waitUntil(lambda: session.state == "done")
    assert window.isVisible()
    press(window, "Stop and Quit", qtbot)
    assert not window.isVisible()
