"""The node types of a graph; those that are ticked are written."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from hgt_studio.app.state.settings import Settings
from hgt_studio.app.wording import count_text

_PATH: Final = "export.node_types"


class NodeTypeList(QListWidget):
    """While all are ticked the setting is not set, so that it holds for any graph."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.setAccessibleName("Node types to write")
        self.setDisabled(settings.locked)
        self.itemChanged.connect(self._take)
        settings.changed.connect(self._follow)
        settings.locked_changed.connect(self.setDisabled)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """List these node types with their numbers of nodes."""
        with QSignalBlocker(self):
            self.clear()
            for name, count in counts.items():
                item = QListWidgetItem(f"{name}   {count_text(count)}", self)
                item.setData(Qt.ItemDataRole.UserRole, name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        kept = self._settings.config.export.node_types
        with QSignalBlocker(self):
            for item in self._items():
                is_kept = kept is None or item.data(Qt.ItemDataRole.UserRole) in kept
                item.setCheckState(Qt.CheckState.Checked if is_kept else Qt.CheckState.Unchecked)

    @Slot()
    def _take(self) -> None:
        items = self._items()
        ticked = [item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked]
        self._settings.set_value(_PATH, None if len(ticked) == len(items) else ticked)

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]
