"""Asks which column of a table holds what, when the columns are not PrimeKG's; the guess is filled in."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hgt_studio.app.data_panel.preview_model import PreviewModel
from hgt_studio.app.widgets.notice import ErrorText
from hgt_studio.app.widgets.section_title import SectionTitle
from hgt_studio.config import ColumnMapping

if TYPE_CHECKING:
    from hgt_studio.graph.table_preview import TablePreview

_NO_COLUMN = "none"
_BOX_WIDTH = 240


class MappingDialog(QDialog):
    """A combo box for each part of an edge, the first rows of the table below, with the parts in its headers."""

    chosen = Signal(object, object)  # Path, ColumnMapping

    def __init__(self, preview: "TablePreview", path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self.setWindowTitle(f"Columns of {path.name}")
        self.resize(720, 600)
        self.rows = PreviewModel(preview, self)
        self._boxes = {role: self._box(role, preview) for role in ColumnMapping.model_fields}
        self._problem = ErrorText()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._arrange()
        self._check()

    def mapping(self) -> ColumnMapping:
        """What is chosen now."""
        return ColumnMapping(**{role: str(box.currentData()) for role, box in self._boxes.items()})

    def problem(self) -> str:
        """What is told to be missing."""
        return self._problem.text()

    def accept(self) -> None:
        """Tell the mapping and close."""
        self.chosen.emit(self._path, self.mapping())
        super().accept()

    def _box(self, role: str, preview: "TablePreview") -> QComboBox:
        field = ColumnMapping.model_fields[role]
        box = QComboBox()
        box.setMinimumWidth(_BOX_WIDTH)
        box.addItem(_NO_COLUMN, "")
        for column in preview.columns:
            box.addItem(column, column)
        box.setCurrentIndex(box.findData(getattr(preview.mapping, role)))
        box.setObjectName(role)
        box.setAccessibleName(field.title or role)
        box.setToolTip(field.description or "")
        box.currentIndexChanged.connect(self._check)
        return box

    def _arrange(self) -> None:
        intro = QLabel(
            "These columns are not PrimeKG's. Say which ones hold the two ends of an edge; the rest may stay empty."
        )
        intro.setWordWrap(True)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        for role, box in self._boxes.items():
            form.addRow(f"{ColumnMapping.model_fields[role].title}:", box)
        table = QTableView()
        table.setModel(self.rows)
        table.setAccessibleName("First rows")
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 8)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        table.horizontalHeader().setStretchLastSection(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(intro)
        layout.addLayout(form)
        layout.addWidget(self._problem)
        layout.addWidget(SectionTitle("First rows", of=table))
        layout.addWidget(table, 1)
        layout.addWidget(self._buttons)

    def _check(self) -> None:
        mapping = self.mapping()
        problem = mapping_problem(mapping)
        self._problem.tell(problem)
        self.rows.show_roles({name: ColumnMapping.model_fields[role].title or role for role, name in mapping if name})
        self._buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(not problem)


def mapping_problem(mapping: ColumnMapping) -> str:
    """What is missing from a mapping, in words for the user; empty if nothing is."""
    if not mapping.head or not mapping.tail:
        return "Choose the columns of head and tail."
    if mapping.head == mapping.tail:
        return "Head and tail are the same column; choose two."
    if bool(mapping.head_type) != bool(mapping.tail_type):
        return "Choose a type column for both ends or for none."
    return ""
