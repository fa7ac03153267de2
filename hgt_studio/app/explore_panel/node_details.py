"""The right of the Explore tab: the chosen node, its neighbours, and candidates for its missing edges."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hgt_studio.app.explore_panel.node_table import NodeTable
from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.typing import Triplet

if TYPE_CHECKING:
    from hgt_studio.explore.candidates import End

ALL_TYPES = "all node types"


class NodeDetails(QWidget):
    """changed: another filter or question. ranker_asked: the network has to be loaded for predictions."""

    changed = Signal()
    ranker_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = ElidedLabel("No node chosen")
        font = self.name.font()
        font.setBold(True)
        self.name.setFont(font)
        self.about = SecondaryLabel("Click a point, or find a node by its name.")
        self.about.setWordWrap(True)
        self.types = QComboBox()
        self.types.setAccessibleName("Node types of the neighbours")
        self.neighbours = NodeTable("Nearest neighbours", "Cosine")
        self.questions = QComboBox()
        self.questions.setAccessibleName("Relation to predict")
        self.questions.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.hide_known = QCheckBox("Hide what the graph knows")
        self.hide_known.setChecked(True)
        self.load = QPushButton("Load the Trained Network")
        self.predictions = NodeTable("Predicted candidates", "Score", "Known")
        self._lay_out()
        self.types.activated.connect(self._tell)
        self.questions.activated.connect(self._tell)
        self.hide_known.toggled.connect(self._tell)
        self.load.clicked.connect(self._ask_for_ranker)
        self.set_has_ranker(False)

    def show_node(self, name: str, about: str) -> None:
        """Name the chosen node."""
        self.name.setText(name)
        self.about.setText(about)

    def show_types(self, names: tuple[str, ...]) -> None:
        """The choices of the neighbours' filter."""
        self.types.clear()
        self.types.addItems([ALL_TYPES, *names])

    def show_questions(self, questions: "list[tuple[Triplet, End]]") -> None:
        """The choices of relations; the one that was chosen stays where it can."""
        before = self.questions.currentText()
        self.questions.clear()
        for triplet, missing in questions:
            source, relation, destination = triplet
            words = (
                f"{relation}: which {destination}?" if missing == "destination" else f"{relation}: of which {source}?"
            )
            self.questions.addItem(words, (triplet, missing))
        self.questions.setCurrentIndex(max(0, self.questions.findText(before)))

    def set_has_ranker(self, has_ranker: bool) -> None:
        """Offer to load the network, or the predictions."""
        self.load.setVisible(not has_ranker)
        self.load.setEnabled(not has_ranker)
        for widget in (self.questions, self.hide_known, self.predictions):
            widget.setVisible(has_ranker)

    def _lay_out(self) -> None:
        tabs = QTabWidget()
        tabs.addTab(_with_copy(self.neighbours, [self.types]), "Neighbours")
        tabs.addTab(_with_copy(self.predictions, [self.load, self.questions, self.hide_known]), "Predictions")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.name, self.about, tabs):
            layout.addWidget(widget, stretch=int(widget is tabs))

    def _tell(self) -> None:
        self.changed.emit()

    def _ask_for_ranker(self) -> None:
        self.load.setEnabled(False)
        self.ranker_asked.emit()


def _with_copy(table: NodeTable, above: list[QWidget]) -> QWidget:
    """A table with its controls above and a button that copies it below."""
    page = QWidget()
    copy = QPushButton("Copy as CSV")
    copy.clicked.connect(table.copy)
    foot = QHBoxLayout()
    foot.addStretch(1)
    foot.addWidget(copy)
    layout = QVBoxLayout(page)
    for widget in above:
        layout.addWidget(widget)
    layout.addWidget(table, stretch=1)
    layout.addLayout(foot)
    return page
