"""The application object: names, icon, and files that the system asks it to open."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

_ICON: Final = Path(__file__).parents[2] / "resources" / "icon.svg"  # in the repository and in the frozen app alike


class Application(QApplication):
    """file_opened: a file was dropped on the Dock icon or opened with the app from Finder."""

    file_opened = Signal(object)  # Path

    def __init__(self, arguments: Sequence[str] = ("hgt-studio",)) -> None:
        super().__init__(list(arguments))
        self.setOrganizationName("HGT Studio")
        self.setApplicationName("HGT Studio")
        self.setApplicationDisplayName("HGT Studio")
        self.setDesktopFileName("hgt-studio")
        if sys.platform != "darwin":  # there the bundle says it, with corners and shadow as the Dock wants them
            self.setWindowIcon(QIcon(str(_ICON)))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.file_opened.emit(Path(event.file()))
            return True
        return super().event(event)
