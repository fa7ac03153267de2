"""The left of the Explore tab: search, what it found, and the legend that shows and hides node types."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from hgt_studio.app.theme import theme
from hgt_studio.app.widgets.section_title import SectionTitle
from hgt_studio.app.wording import count_text

_TYPING_PAUSE_MS = 150
_SWATCH_PIXELS = 12
_NODE_ROLE = Qt.ItemDataRole.UserRole


class Finder(QWidget):
    """search_asked: the words, once typing pauses. node_chosen: a result. types_changed: bool, shape (num_types,)."""

    search_asked = Signal(str)
    node_chosen = Signal(int)
    types_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a node by name or id")
        self.search.setAccessibleName("Find a node")
        self.search.setClearButtonEnabled(True)
        self.results = QListWidget()
        self.results.setAccessibleName("Nodes found")
        self.results.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.legend = QListWidget()
        self.legend.setAccessibleName("Node types on the map")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.search)
        layout.addWidget(self.results, stretch=1)
        layout.addWidget(SectionTitle("Node types", self.legend))
        layout.addWidget(self.legend, stretch=1)
        self._pause = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._choose_first)
        self.results.itemClicked.connect(self._choose)
        self.results.itemActivated.connect(self._choose)
        self.legend.itemChanged.connect(self._tell_types)

    def show_types(self, names: tuple[str, ...], counts: npt.NDArray[np.integer]) -> None:
        """The legend of a run's embeddings, all types shown."""
        self.legend.blockSignals(True)
        self.legend.clear()
        for number, (name, count) in enumerate(zip(names, counts.tolist(), strict=True)):
            swatch = QPixmap(_SWATCH_PIXELS, _SWATCH_PIXELS)
            swatch.fill(theme().series(number))
            item = QListWidgetItem(QIcon(swatch), f"{name}   {count_text(count)}")
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.legend.addItem(item)
        self.legend.blockSignals(False)
        self.search.clear()

    def show_results(self, found: list[tuple[int, str]]) -> None:
        """Nodes and what they are called."""
        self.results.clear()
        for node, words in found:
            item = QListWidgetItem(words)
            item.setData(_NODE_ROLE, node)
            item.setToolTip(words)
            self.results.addItem(item)
        if not found and self.search.text().strip():
            nothing = QListWidgetItem("Nothing found")
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.results.addItem(nothing)

    def _ask(self) -> None:
        self.search_asked.emit(self.search.text())

    def _choose(self, item: QListWidgetItem) -> None:
        node = item.data(_NODE_ROLE)
        if node is not None:
            self.node_chosen.emit(node)

    def _choose_first(self) -> None:
        if self.results.count():
            self._choose(self.results.item(0))

    def _tell_types(self) -> None:
        items = [self.legend.item(row) for row in range(self.legend.count())]
        self.types_changed.emit(np.array([item.checkState() == Qt.CheckState.Checked for item in items], bool))
