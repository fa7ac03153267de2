"""Banner and rail, by mouse and keyboard."""

import gc
import weakref

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from hgt_studio.app.banner import Banner
from hgt_studio.app.side_rail import SideRail


@pytest.fixture
def banner(qtbot):
    made = Banner()
    qtbot.addWidget(made)
    return made


def test_it_is_hidden_until_there_is_news_and_says_it_in_words(banner):
    assert not banner.isVisible()
    banner.show_message("unsafe", "Out of memory", "Lower the batch size.")
    assert banner.isVisible()
    assert [label.text() for label in banner.findChildren(QLabel)] == ["Out of memory", "Lower the batch size."]
    assert banner.accessibleName() == "Out of memory. Lower the batch size."


def test_buttons_do_what_they_say_and_go_with_their_message(banner, qtbot):
    called: list[str] = []
    banner.show_message("tight", "Stopped", "", [("Resume", lambda: called.append("resume"))])
    qtbot.mouseClick(banner.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert called == ["resume"]
    banner.show_message("safe", "Done", "", [("Export", int), ("Reveal", int)])
    qtbot.waitUntil(lambda: len(banner.findChildren(QPushButton)) == 2)
    assert [button.text() for button in banner.findChildren(QPushButton)] == ["Export", "Reveal"]


def test_old_buttons_do_not_keep_what_they_called(banner, qtbot):
    class Run:
        def resume(self) -> None: ...

    run = Run()
    reference = weakref.ref(run)
    banner.show_message("tight", "Stopped", "", [("Resume", run.resume)])
    del run
    banner.show_message("safe", "Done", "")
    qtbot.waitUntil(lambda: not banner.findChildren(QPushButton))
    gc.collect()
    assert reference() is None


def test_the_cross_hides_it(banner, qtbot):
    banner.show_message("safe", "Done", "")
    qtbot.mouseClick(banner.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


def test_the_rail_folds_by_mouse_and_key_and_keeps_the_panel_width(qtbot):
    panel = QWidget()
    rail = SideRail()
    rail.put(panel)
    qtbot.addWidget(rail)
    rail.show()
    button = rail.findChild(QToolButton)
    width = panel.width()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert rail.is_folded
    assert not panel.isVisible()
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert panel.isVisible()
    assert panel.width() == width
