"""The graph in front: its figures, node types and relations to keep or leave out, and how degrees are spread."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from hgt_studio.app.data_panel.degree_histogram import DegreeHistogram
from hgt_studio.app.data_panel.facts import FactsGrid, graph_facts
from hgt_studio.app.data_panel.filters import Kept
from hgt_studio.app.data_panel.kinds import NODE_TYPE_COLUMNS, RELATION_COLUMNS, node_type_kinds, relation_kinds
from hgt_studio.app.data_panel.kinds_model import KindsModel
from hgt_studio.app.data_panel.kinds_table import KindsTable
from hgt_studio.app.widgets.notice import ErrorText
from hgt_studio.app.widgets.section_title import SecondaryLabel, SectionTitle
from hgt_studio.app.wording import count_text

if TYPE_CHECKING:
    from hgt_studio.app.state.graph_loading import OpenedGraph
    from hgt_studio.graph.knowledge_graph import KnowledgeGraph
    from hgt_studio.graph.statistics import GraphStatistics

_SIDE_BY_SIDE_WIDTH = 760
_WIDE = 10_000  # a splitter shrinks its sizes to what there is


class SummaryPage(QWidget):
    """What is in the file, and which part of it is kept. form: the settings of the data that no table shows."""

    keep_all_asked = Signal()

    def __init__(self, form: QWidget) -> None:
        super().__init__()
        self.facts = FactsGrid()
        self.node_types = KindsModel("Node type", NODE_TYPE_COLUMNS, self)
        self.relations = KindsModel("Relation", RELATION_COLUMNS, self)
        self.histogram = DegreeHistogram()
        self._kept_words, self._run_words = QLabel(), SecondaryLabel()
        self._error, self._notes = ErrorText(), SecondaryLabel()
        for label in (self._kept_words, self._run_words, self._notes):
            label.setWordWrap(True)
        self._keep_all = QPushButton("&Keep all")
        self._keep_all.setToolTip("Train on all node types and relations")
        self._keep_all.clicked.connect(self.keep_all_asked)
        self._splitter = self._tables(form)
        self._arrange()

    def show_graph(self, opened: "OpenedGraph") -> None:
        """Show another graph; `show_kept` follows."""
        notes, statistics = opened.whole.report.notes, opened.statistics
        self.facts.show_facts(graph_facts(opened))
        self.node_types.show_kinds(node_type_kinds(statistics))
        self.relations.show_kinds(relation_kinds(statistics))
        self.histogram.show_bins(statistics.in_degree_histogram)
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))

    def show_kept(self, kept: Kept, statistics: "GraphStatistics") -> None:
        """Show what the filters keep."""
        self.node_types.show_kept(kept.node_types, kept.type_nodes)
        self.relations.show_kept(kept.relations, kept.relation_edges)
        is_all = (len(kept.node_types), len(kept.relations)) == (len(statistics.node_types), len(statistics.relations))
        self._keep_all.setEnabled(not is_all)
        self._kept_words.setText(
            "All node types and relations are kept."
            if is_all
            else f"Kept: {count_text(kept.num_nodes)} of {count_text(statistics.num_nodes)} nodes, "
            f"{count_text(kept.num_edges)} of {count_text(statistics.num_edges)} edges."
        )

    def show_run_graph(self, graph: "KnowledgeGraph", limit_nodes: int | None) -> None:
        """Show what a run would train on."""
        self._error.tell("")
        self._run_words.setText(_run_words(graph, limit_nodes))
        self._run_words.setVisible(True)

    def show_counting(self) -> None:
        """Show that it is not known yet what a run would train on."""
        self._run_words.setText("Counting what a run trains on…")

    def show_filter_error(self, error: str) -> None:
        """Show why no run can start with these filters."""
        self._error.tell(error)
        self._run_words.setVisible(False)

    def words(self) -> str:
        """The lines on what is kept and trained on, as shown."""
        shown = (self._kept_words, self._run_words, self._error)
        return "\n".join(label.text() for label in shown if not label.isHidden())

    def set_locked(self, locked: bool) -> None:
        """Filters cannot be changed while training."""
        self.node_types.set_locked(locked)
        self.relations.set_locked(locked)
        self._keep_all.setVisible(not locked)

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (self._kept_words, self._run_words, self._error):
            words.addWidget(label)
        kept = QHBoxLayout()
        kept.setSpacing(16)
        kept.addLayout(words, 1)
        kept.addWidget(self._keep_all, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self.facts)
        layout.addLayout(kept)
        layout.addWidget(self._notes)
        layout.addWidget(self._splitter, 1)

    def _tables(self, form: QWidget) -> QSplitter:
        node_types = KindsTable(self.node_types, "Node types", count_column=1)
        relations = KindsTable(self.relations, "Relations", count_column=2)
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(_column(("Node types", node_types)))
        left.addWidget(_column(("In-edges per node", self.histogram)))
        left.setStretchFactor(0, 3)
        left.setStretchFactor(1, 2)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(_column(("Relations", relations), ("Reverse edges, size and split", form)))
        for each in (left, splitter):
            each.setChildrenCollapsible(False)
            each.setHandleWidth(16)
        splitter.setSizes([_WIDE, _WIDE])
        return splitter

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        is_wide = event.size().width() >= _SIDE_BY_SIDE_WIDTH
        self._splitter.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)


def _column(*titled: tuple[str, QWidget]) -> QWidget:
    """Widgets below their titles; the first one takes the room that is left."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for number, (title, widget) in enumerate(titled):
        layout.addWidget(SectionTitle(title, of=widget))
        layout.addWidget(widget, 1 if number == 0 else 0)
    return column


def _run_words(graph: "KnowledgeGraph", limit_nodes: int | None) -> str:
    words = f"A run trains on {count_text(graph.num_nodes)} nodes and {count_text(graph.num_edges)} edges"
    if added := graph.report.added_reverse_edges:
        words += f", {count_text(added)} of them added as reverse edges"
    return f"{words}; the node limit is {count_text(limit_nodes)}." if limit_nodes else f"{words}."
