"""What the app remembers between starts: recent files, folders, the window's size. Never a graph by itself."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

_MOST_RECENT_FILES: Final = 10


class Preferences(QObject):
    """A thin layer over QSettings."""

    recent_files_changed = Signal()

    def __init__(self, settings: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings or QSettings()

    @property
    def recent_files(self) -> list[Path]:
        """Graph files that were opened, the newest first."""
        return [Path(text) for text in self._strings("recent_files")]

    def add_recent_file(self, path: Path) -> None:
        """Put a file at the head of the list."""
        others = [other for other in self.recent_files if other != path]
        self._set_recent_files([path, *others])

    def forget_recent_file(self, path: Path) -> None:
        """Take a file that is gone out of the list."""
        self._set_recent_files([other for other in self.recent_files if other != path])

    def clear_recent_files(self) -> None:
        """Empty the list."""
        self._set_recent_files([])

    def runs_folder(self) -> Path:
        """Where new run directories are made."""
        return self._folder("runs_folder", Path.home() / "HGT Studio Runs")

    def set_runs_folder(self, folder: Path) -> None:
        self._settings.setValue("runs_folder", str(folder))

    def export_folder(self) -> Path:
        """Where the last export went."""
        return self._folder("export_folder", Path.home())

    def set_export_folder(self, folder: Path) -> None:
        self._settings.setValue("export_folder", str(folder))

    def open_folder(self) -> Path:
        """Where the last graph file was opened."""
        recent = self.recent_files
        return recent[0].parent if recent else Path.home()

    @property
    def window_geometry(self) -> QByteArray:
        """Of `QWidget.saveGeometry`, empty at the first start."""
        value = self._settings.value("window_geometry", QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    @window_geometry.setter
    def window_geometry(self, geometry: QByteArray) -> None:
        self._settings.setValue("window_geometry", geometry)

    def _set_recent_files(self, paths: list[Path]) -> None:
        self._settings.setValue("recent_files", [str(path) for path in paths[:_MOST_RECENT_FILES]])
        self.recent_files_changed.emit()

    def _folder(self, key: str, default: Path) -> Path:
        value = self._settings.value(key)
        return Path(value) if isinstance(value, str) and value else default

    def _strings(self, key: str) -> list[str]:
        """QSettings reads a list of one back as a text and an empty one as None."""
        value = self._settings.value(key)
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [text for text in texts if isinstance(text, str) and text]
