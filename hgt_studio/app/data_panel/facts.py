"""A few figures about the graph, each under its title."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QWidget

from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.app.widgets.tabular_figures import use_tabular_figures
from hgt_studio.app.wording import bytes_text, count_text

if TYPE_CHECKING:
    from hgt_studio.app.state.graph_loading import OpenedGraph

_COLUMNS = 5


def graph_facts(opened: "OpenedGraph") -> dict[str, str]:
    """What a file holds."""
    counts, one_way = opened.statistics, opened.whole.report.one_way_edges
    return {
        "Nodes": count_text(counts.num_nodes),
        "Edges": count_text(counts.num_edges),
        "Node types": count_text(len(counts.node_types)),
        "Relations": count_text(len(counts.relations)),
        "Triplets": count_text(counts.triplets),
        "Isolated nodes": count_text(sum(summary.isolated for summary in counts.in_degree.values())),
        "Duplicate rows": count_text(counts.duplicates),
        "Self-loops": count_text(counts.self_loops),
        "One-way edges": "not counted" if one_way is None else count_text(one_way),
        "File size": bytes_text(opened.file_bytes),
    }


class FactsGrid(QWidget):
    """Titles in the secondary colour above their figures, five in a row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, ElidedLabel] = {}
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(16)
        self._layout.setVerticalSpacing(0)

    def show_facts(self, facts: Mapping[str, str]) -> None:
        """Show these figures; the titles stay the same from graph to graph."""
        for number, (title, value) in enumerate(facts.items()):
            if title not in self._values:
                self._add(number, title)
            self._values[title].setText(value)

    def _add(self, number: int, title: str) -> None:
        row, column = divmod(number, _COLUMNS)
        label = ElidedLabel()
        label.setAccessibleName(title)
        use_tabular_figures(label)
        self._layout.addWidget(SecondaryLabel(title), 3 * row, column)
        self._layout.addWidget(label, 3 * row + 1, column)
        self._layout.setColumnStretch(column, 1)
        self._layout.setRowMinimumHeight(3 * row + 2, 8)
        self._values[title] = label
