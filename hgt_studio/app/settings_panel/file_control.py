"""The control for a setting that names a file."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QPushButton

from hgt_studio.app.settings_panel.controls import TextControl


class FileControl(TextControl):
    """A path, typed or chosen. is_optional: an empty line means that there is none."""

    def __init__(self, *, is_optional: bool) -> None:
        super().__init__()
        self._is_optional = is_optional
        self._line.setPlaceholderText("none" if is_optional else "")
        self.choose = QPushButton("Choose...")
        self.choose.setToolTip("Choose a file")
        self.choose.clicked.connect(self._ask)
        self.layout().addWidget(self.choose)  # type: ignore[union-attr]

    def read(self, text: str) -> Any:
        return None if self._is_optional and not text.strip() else text

    def write(self, value: Any) -> str:
        return value or ""

    @Slot()
    def _ask(self) -> None:
        dialog = QFileDialog(self.window(), "Choose a file", str(Path(self._line.text() or Path.home()).parent))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _take(self, name: str) -> None:
        self._line.setText(name)
        self.edited.emit(name)
