"""Drives the real app from within: a coroutine on its own loop sends mouse and keyboard events and looks."""

import asyncio
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLineEdit, QMessageBox, QPushButton, QWidget

import hgt_studio.app.main as app_main
from hgt_studio.app.window import MainWindow
from hgt_studio.app.workspace import Workspace

Widget = TypeVar("Widget", bound=QWidget)
ACCEPT = QDialogButtonBox.ButtonRole.AcceptRole
Journey = Callable[["Driver"], Awaitable[None]]


class Driver:
    """Hands and eyes of a journey."""

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        self.window, self.workspace, self.state = window, workspace, workspace.state

    async def until(self, condition: Callable[[], Any], seconds: float = 60.0) -> None:
        """Wait for something to come true; the journey fails if it does not."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not condition():
            assert loop.time() < end, f"waited {seconds} s in vain; the window says: {self.words()[:60]}"
            await asyncio.sleep(0.02)

    def words(self) -> list[str]:
        """Everything that labels and buttons in sight say."""
        texts = (getattr(child, "text", None) for child in self.window.findChildren(QWidget) if child.isVisible())
        return [words for text in texts if callable(text) and isinstance(words := text(), str) and words]

    def find(self, kind: type[Widget], words: str = "", parent: QWidget | None = None) -> Widget:
        """The visible widget of a kind that says these words."""
        found = [
            child
            for child in (parent or self.window).findChildren(kind)
            if child.isVisible() and (not words or words in (getattr(child, "text", str)(), child.accessibleName()))
        ]
        assert found, f"there is no {kind.__name__} '{words}' in sight"
        return found[0]

    def click(self, widget: QWidget) -> None:
        assert widget.isEnabled(), f"{widget} cannot be clicked"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def keys(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def drop(self, path: Path, widget: QWidget | None = None) -> None:
        """Drop a file on the middle of a widget, as the system does it."""
        target = widget or self.window.centralWidget()
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        place, none = target.rect().center(), Qt.KeyboardModifier.NoModifier
        left = Qt.MouseButton.LeftButton
        enter = QDragEnterEvent(QPoint(place), Qt.DropAction.CopyAction, mime, left, none)
        QApplication.sendEvent(target, enter)
        assert enter.isAccepted()
        drop = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, left, none)
        QApplication.sendEvent(target, drop)

    async def choose_file(self, path: Path) -> None:
        """Type a name into the file dialog that is open, and accept it."""
        await self.until(lambda: any(dialog.isVisible() for dialog in self.window.findChildren(QFileDialog)))
        dialog = next(dialog for dialog in self.window.findChildren(QFileDialog) if dialog.isVisible())
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(edit, QLineEdit)
        edit.setText(str(path))  # letter by letter, its completer would wander through the folders
        buttons = dialog.findChild(QDialogButtonBox)
        assert isinstance(buttons, QDialogButtonBox)
        accept = next(button for button in buttons.buttons() if buttons.buttonRole(button) == ACCEPT)
        self.click(accept)
        await self.until(lambda: not dialog.isVisible())

    def box(self) -> QMessageBox:
        """The message box in sight."""
        return next(box for box in self.window.findChildren(QMessageBox) if box.isVisible())

    def press(self, words: str) -> None:
        """Press a button of the message box in sight."""
        self.click(self.find(QPushButton, words, self.box()))


def drive(journey: Journey, files: list[str]) -> int:
    """Run the app with a journey in it, until the journey or the app ends. 0 if all went well and nothing is left."""
    faults: list[str] = []

    class DrivenWindow(MainWindow):
        def set_workspace(self, workspace: Workspace) -> None:
            super().set_workspace(workspace)
            self.journey = asyncio.get_event_loop().create_task(self.travel(Driver(self, workspace)))

        async def travel(self, driver: Driver) -> None:
            try:
                await journey(driver)
            except Exception:
                faults.append(traceback.format_exc())
                driver.state.session.stop()
                asyncio.get_event_loop().call_later(1, QApplication.exit, 1)
            else:
                self.close()

    app_main.MainWindow = DrivenWindow  # type: ignore[misc]
    code = app_main.run_app(files)
    qt_threads = threading._DummyThread  # type: ignore[attr-defined]  # how Python remembers threads of Qt, also gone ones
    left = [thread.name for thread in threading.enumerate()[1:] if not isinstance(thread, qt_threads)]
    if left:
        faults.append(f"threads remain: {left}")
    shown = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    if shown:
        faults.append(f"windows remain: {shown}")
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else code
