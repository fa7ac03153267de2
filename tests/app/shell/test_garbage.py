"""Cyclic garbage goes on the UI thread, whoever made it."""

import gc
import threading

import pytest
from PySide6.QtCore import QObject

from hgt_studio.app.garbage import GarbageCollector


@pytest.fixture
def collector(qapp):
    parent = QObject()
    made = GarbageCollector(parent)
    made.start()
    yield made
    made.stop()


class Cycle:
    """Notes the thread that it dies on."""

    died_on: list[str] = []  # noqa: RUF012

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        Cycle.died_on.append(threading.current_thread().name)


def test_cycles_of_another_thread_die_on_the_ui_thread(collector, qtbot):
    collector.leave_out_what_is_there()
    collector._timer.setInterval(5)
    Cycle.died_on.clear()
    thread = threading.Thread(target=lambda: [Cycle() for _ in range(20_000)], name="engine")
    thread.start()
    thread.join()
    assert Cycle.died_on == []
    qtbot.waitUntil(lambda: len(Cycle.died_on) == 20_000)
    assert set(Cycle.died_on) == {threading.main_thread().name}


def test_what_is_left_out_is_not_looked_at_and_comes_back_at_the_end(collector):
    before = gc.get_freeze_count()
    collector.leave_out_what_is_there()
    assert gc.get_freeze_count() > before + 1000
    collector.stop()
    assert gc.get_freeze_count() == 0
    assert gc.isenabled()


def test_while_the_large_imports_go_on_nothing_is_collected(collector, qtbot):
    assert not gc.isenabled()
    assert not collector._timer.isActive()
    collector.leave_out_what_is_there()
    assert collector._timer.isActive()
