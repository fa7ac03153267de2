"""The toolbar says what it is told, and nothing moves when the words change."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QToolButton

from hgt_studio.app.actions import Actions
from hgt_studio.app.toolbar import ToolBar


@pytest.fixture
def window(qtbot):
    made = QMainWindow()
    made.actions_ = Actions(made)
    made.bar = ToolBar(made.actions_, made)
    made.addToolBar(made.bar)
    made.resize(1280, 200)
    qtbot.addWidget(made)
    made.show()
    return made


def train_button(window: QMainWindow) -> QToolButton:
    return window.findChild(QToolButton, "train")


def words(window: QMainWindow) -> list[str]:
    return [label.text() for label in window.bar.findChildren(QLabel) if label.isVisible() and label.text()]


def test_the_train_button_carries_the_verdict_with_its_reason(window):
    assert train_button(window).text() == "Train"
    window.bar.show_verdict("tight", "11 of 12 GB")
    assert train_button(window).text() == "Train (tight)"
    assert "11 of 12 GB" in words(window)
    window.bar.show_verdict("unsafe", "needs 14 of 12 GB")
    assert train_button(window).text() == "Train anyway"
    window.bar.show_verdict("safe", "2 of 12 GB")
    assert train_button(window).text() == "Train"
    assert "2 of 12 GB" not in words(window)


def test_while_a_run_is_under_way_it_stops_it_and_offers_to_keep_the_best(window, qtbot):
    actions, chosen = window.actions_, []
    actions.train.triggered.connect(lambda: chosen.append("train"))
    actions.stop.triggered.connect(lambda: chosen.append("stop"))
    button = train_button(window)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    window.bar.show_mode("running")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert chosen == ["train", "stop"]
    assert button.menu().actions() == [actions.stop, actions.finish]
    window.bar.show_mode("paused")
    assert actions.pause.text() == "Resume"
    window.bar.show_mode("ready")
    assert (button.text(), actions.pause.text()) == ("Train", "Pause")
    assert button.menu() is None


def test_nothing_moves_when_words_change(window, qtbot):
    def places() -> list[object]:
        return [child.geometry() for child in window.bar.findChildren(QToolButton) if child.isVisible()]

    before = places()
    window.bar.show_verdict("unsafe", "needs 14 of 12 GB")
    window.bar.show_graph("a long name " * 30)
    window.bar.show_mode("running")
    qtbot.wait(20)
    assert places() == before


def test_a_screen_reader_hears_graph_and_device(window):
    window.bar.show_graph("kg.csv - 129,375 nodes, 8.1 M edges")
    window.bar.show_device("CPU", "MPS: this is no Mac")
    labels = {label.accessibleName(): label for label in window.bar.findChildren(QLabel)}
    assert "Graph: kg.csv - 129,375 nodes, 8.1 M edges" in labels
    assert labels["Device: CPU"].toolTip() == "MPS: this is no Mac"
