"""The menu bar: order, shortcuts, roles; recent files."""

import pytest
from PySide6.QtGui import QAction, QKeySequence, QUndoGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from hgt_studio.app.actions import Actions
from hgt_studio.app.menus import RecentMenu, build_menus


@pytest.fixture
def window(qtbot, preferences):
    made = QMainWindow()
    made.actions_ = Actions(made)
    made.recent = RecentMenu(preferences, made)
    build_menus(made, made.actions_, made.recent, QUndoGroup(made), [QAction("Data", made)])
    qtbot.addWidget(made)
    return made


def all_actions(window: QMainWindow) -> list[QAction]:
    return [action for menu in window.menuBar().findChildren(QMenu) for action in menu.actions() if action.text()]


def test_every_action_is_in_a_menu_and_no_shortcut_is_taken_twice(window):
    offered = all_actions(window)
    mine = [value for value in vars(window.actions_).values() if isinstance(value, QAction)]
    assert [action.text() for action in mine if action not in offered] == []
    shortcuts = [action.shortcut().toString() for action in offered if not action.shortcut().isEmpty()]
    assert len(shortcuts) == len(set(shortcuts))


def test_order_and_roles_are_the_platforms(window):
    titles = [action.text().replace("&", "") for action in window.menuBar().actions()]
    assert titles == ["File", "Edit", "View", "Run", "Help"]
    actions = window.actions_
    assert actions.about.menuRole() == QAction.MenuRole.AboutRole
    assert actions.quit.menuRole() == QAction.MenuRole.QuitRole
    assert actions.open.shortcut() == QKeySequence(QKeySequence.StandardKey.Open)


def test_recent_files_follow_the_preferences_and_open(window, preferences, tmp_path, qtbot):
    assert not window.recent.isEnabled()
    preferences.add_recent_file(tmp_path / "a.csv")
    preferences.add_recent_file(tmp_path / "b.csv")
    entries = [action for action in window.recent.actions() if action.data()]
    assert [action.text() for action in entries] == ["b.csv", "a.csv"]
    with qtbot.waitSignal(window.recent.file_chosen) as chosen:
        entries[1].trigger()
    assert chosen.args == [tmp_path / "a.csv"]
    window.recent.actions()[-1].trigger()
    assert preferences.recent_files == []
    assert not window.recent.isEnabled()
