"""The window before its panels are there: it can be asked for things, and closed."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from hgt_studio.app.preferences import Preferences
from hgt_studio.app.window import MainWindow


class Asked:
    """A workspace that notes what it is asked to open."""

    def __init__(self) -> None:
        self.opened: list[object] = []
        self.commands = SimpleNamespace(open_graph=self.opened.append, open_sample=lambda: self.opened.append("sample"))

    def may_close(self) -> bool:
        return True

    def cancel_all(self) -> None: ...


@pytest.fixture
def window(preferences: Preferences, qtbot: QtBot) -> MainWindow:
    made = MainWindow(preferences)
    qtbot.addWidget(made)
    made.show()
    return made


def click(window: MainWindow, words: str, qtbot: QtBot) -> None:
    (button,) = [each for each in window.tabs.empty_page.findChildren(QPushButton) if each.text().startswith(words)]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_is_asked_for_too_early_is_done_when_the_panels_are_there(window, qtbot, tmp_path):
    click(window, "&Try the sample", qtbot)
    window.open_graph(tmp_path / "kg.csv")  # the later wish counts
    workspace = Asked()
    window.set_workspace(workspace)
    assert workspace.opened == [tmp_path / "kg.csv"]
    click(window, "&Try the sample", qtbot)
    assert workspace.opened[1:] == ["sample"]


def test_one_dialog_for_the_menu_and_the_button_opens_the_file_chosen(window, preferences, qtbot, tmp_path):
    preferences.add_recent_file(tmp_path / "old.csv")
    workspace = Asked()
    window.set_workspace(workspace)
    for ask in (window.actions_.open.trigger, lambda: click(window, "&Open", qtbot)):
        ask()
        dialog = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
        assert Path(dialog.directory().absolutePath()) == tmp_path
        dialog.fileSelected.emit(str(tmp_path / "kg.csv"))
        dialog.done(0)
    assert workspace.opened == [tmp_path / "kg.csv"] * 2


def test_closed_before_it_is_filled_it_keeps_its_size(window, preferences):
    assert preferences.window_geometry.isEmpty()
    assert window.close()
    assert not window.isVisible()
    assert preferences.window_geometry == window.saveGeometry()


def test_nothing_can_be_started_before_there_is_an_engine(window):
    actions = window.actions_
    runs = (actions.train, actions.pause, actions.stop, actions.finish, actions.fit_memory)
    assert not any(action.isEnabled() for action in runs)
