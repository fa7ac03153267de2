"""A notification of the system, for those who look elsewhere when training ends."""

import shutil
import sys
from typing import Final

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication, QWidget

_APPLE_SCRIPT: Final = "display notification (item 2 of argv) with title (item 1 of argv)"


def notification_command(platform: str, title: str, text: str) -> list[str] | None:
    """The command that shows a notification; None where there is none."""
    if platform == "darwin":
        return ["osascript", "-e", "on run argv", "-e", _APPLE_SCRIPT, "-e", "end run", title, text]
    return ["notify-send", "--app-name=HGT Studio", "--", title, text] if platform == "linux" else None


def notify(window: QWidget, title: str, text: str) -> None:
    """Show a notification and mark the window in the Dock or taskbar, unless the user is looking at it."""
    if window.isActiveWindow():
        return
    QApplication.alert(window)
    command = notification_command(sys.platform, title, text)
    if command and shutil.which(command[0]):
        QProcess.startDetached(command[0], command[1:])
