"""The application object: names, icon, and files that the system asks it to open."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """file_opened: a file was dropped on the Dock icon or opened with the app from Finder."""

    file_opened = Signal(object)  # Path

    def __init__(self, arguments: Sequence[str] = ("hgt-studio",)) -> None:
        super().__init__(list(arguments))
        self.setOrganizationName("HGT Studio")
        self.setApplicationName("HGT Studio")
        self.setApplicationDisplayName("HGT Studio")
        self.setDesktopFileName("hgt-studio")

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.file_opened.emit(Path(event.file()))
            return True
        return super().event(event)
