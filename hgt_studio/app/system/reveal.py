"""Showing a file where the system keeps it: Finder, Explorer or the file manager."""

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def reveal_command(platform: str, path: Path) -> list[str] | None:
    """The command that shows a file selected in its folder; None where only the folder can be opened."""
    if platform == "darwin":
        return ["open", "-R", str(path)]
    return ["explorer", f"/select,{path}"] if platform == "win32" else None


def reveal(path: Path) -> None:
    """Show a file or folder in the system's file manager."""
    command = reveal_command(sys.platform, path)
    if command:
        QProcess.startDetached(command[0], command[1:])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def reveal_words(platform: str = sys.platform) -> str:
    """What the button is called on this system."""
    return {"darwin": "Reveal in Finder", "win32": "Show in Explorer"}.get(platform, "Show in folder")
