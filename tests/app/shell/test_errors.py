"""Every error meets the user once, in words; what nobody caught is logged."""

import asyncio
import logging
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from hgt_studio.app.background import start_task
from hgt_studio.app.errors import UnexpectedErrors, show_error
from hgt_studio.errors import InputError


@pytest.fixture
def window(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def unexpected(window):
    errors = UnexpectedErrors(window)
    errors.install()
    yield errors
    errors.uninstall()


def boxes(window: QWidget) -> list[QMessageBox]:
    return window.findChildren(QMessageBox)


def test_our_errors_say_what_happened_and_what_to_do(window):
    box = show_error(window, InputError("kg.csv: has no rows; choose another file"), details="line 1")
    assert box.text() == "kg.csv: has no rows."
    assert box.informativeText() == "Choose another file."
    assert box.detailedText() == "line 1"


def test_a_fault_of_the_program_folds_its_traceback(window):
    box = show_error(window, ZeroDivisionError("boom"))
    assert "boom" not in box.text() + box.informativeText()
    assert "ZeroDivisionError: boom" in box.detailedText()


def test_closing_the_dialog_frees_it(window, qtbot):
    show_error(window, "gone; never mind").accept()
    qtbot.waitUntil(lambda: not boxes(window))


def test_an_error_in_a_thread_and_in_a_task_is_shown_once_and_logged(window, unexpected, qtbot, qt_loop, caplog):
    qt_loop.set_exception_handler(unexpected.on_loop_error)

    async def fail() -> None:
        await asyncio.sleep(0)
        raise KeyError("in a task")

    with caplog.at_level(logging.CRITICAL):
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        start_task(fail())
        qtbot.waitUntil(lambda: len(caplog.records) == 2)
    QApplication.processEvents()
    assert len(boxes(window)) == 1
    boxes(window)[0].accept()
    qtbot.waitUntil(lambda: not boxes(window))
    QTimer.singleShot(0, lambda: unexpected.on_exception(OSError, OSError("later"), None))
    qtbot.waitUntil(lambda: len(boxes(window)) == 1)
