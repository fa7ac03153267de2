"""The estimate as a tree: every part, its share and its formula in words; the rule of thumb and the calibration."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHeaderView, QLabel, QTreeView, QVBoxLayout, QWidget

from hgt_studio.app.state.memory_model import MemoryModel
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.app.wording import bytes_text, share_text

if TYPE_CHECKING:
    from hgt_studio.memory import MemoryEstimate, Part

_PHASES: Final = {"train": "Training", "evaluate": "Evaluation", "export": "Export"}
_PATH_ROLE: Final = Qt.ItemDataRole.UserRole
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MemoryDetails(QDialog):
    """Not modal: it follows the settings while it is open."""

    def __init__(self, model: MemoryModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Memory of a run")
        self.resize(860, 560)
        self._model = model
        self._shown: MemoryEstimate | None = None
        self._open_paths = {_PHASES["train"]}
        self._items = QStandardItemModel(self)
        self.tree = QTreeView()
        self.tree.setModel(self._items)
        self.tree.setUniformRowHeights(True)
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setAccessibleName("Parts of the memory")
        self._notes = SecondaryLabel("")
        self._notes.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel("What each phase holds at its peak, on the device and on the host."))
        layout.addWidget(self.tree, stretch=1)
        layout.addWidget(self._notes)
        layout.addWidget(buttons)
        self.tree.expanded.connect(self._on_expanded)
        self.tree.collapsed.connect(self._on_collapsed)
        model.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        estimate = self._model.estimate
        assert estimate is not None
        if estimate == self._shown:  # only the budget has changed
            return
        from hgt_studio.memory import Part

        self._shown = estimate
        scrolled = self.tree.verticalScrollBar().value()
        self._items.clear()
        self._items.setHorizontalHeaderLabels(["Part", "Memory", "Share", "Made of"])
        root = self._items.invisibleRootItem()
        for phase, tree in estimate.trees.items():
            size = estimate.peak_bytes[phase]
            self._add(root, Part(_PHASES[phase], size, "device memory at the peak", tree), size)
        host = estimate.host_bytes
        self._add(root, Part("Host", host, "beside the device, while training", estimate.host), host)
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.tree.verticalScrollBar().setValue(scrolled)
        self._notes.setText(self._notes_in_words())

    def _notes_in_words(self) -> str:
        estimate, calibration = self._model.estimate, self._model.calibration
        assert estimate is not None
        thumb = bytes_text(estimate.rule_of_thumb_bytes)
        lines = [f"Rule of thumb (batch x mean degree x layers x hidden x 4), for comparison: {thumb}."]
        if not self._model.is_of_graph:
            lines.append("For PrimeKG's published counts, until a graph is open.")
        if calibration is not None:
            lines.append(f"Calibrated: {calibration.in_words()}.")
        return "\n".join(lines)

    def _add(self, parent: QStandardItem, part: "Part", whole: int, path: str = "") -> None:
        path += part.name
        share = share_text(part.num_bytes / whole) if whole else ""
        cells = [QStandardItem(text) for text in (part.name, bytes_text(part.num_bytes), share, part.formula)]
        for cell in cells[1:3]:
            cell.setTextAlignment(_RIGHT)
        cells[0].setData(path, _PATH_ROLE)
        cells[3].setToolTip(part.formula)
        parent.appendRow(cells)
        for child in sorted(part.parts, key=lambda found: -found.num_bytes):
            self._add(cells[0], child, whole, f"{path}/")
        self.tree.setExpanded(cells[0].index(), path in self._open_paths)

    def _on_expanded(self, index: QModelIndex) -> None:
        self._open_paths.add(index.data(_PATH_ROLE))

    def _on_collapsed(self, index: QModelIndex) -> None:
        self._open_paths.discard(index.data(_PATH_ROLE))
