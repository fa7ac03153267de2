"""The Explore tab: finder, map and details of a node, kept in step."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from hgt_studio.app.engine import Engine
from hgt_studio.app.errors import show_error
from hgt_studio.app.explore_panel.explorer import Explorer
from hgt_studio.app.explore_panel.finder import Finder
from hgt_studio.app.explore_panel.map_view import MapView
from hgt_studio.app.explore_panel.node_details import ALL_TYPES, NodeDetails
from hgt_studio.app.explore_panel.node_table import NodeRow
from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.wording import count_text
from hgt_studio.errors import HgtStudioError

_SHOWN: Final = 50
_NOTHING_YET: Final = "The embeddings of a trained run appear here: train one, or choose one in Runs."


class ExplorePanel(QWidget):
    """Shows the embeddings of one run at a time."""

    def __init__(self, *, engine: Engine) -> None:
        super().__init__()
        self.explorer = Explorer(engine, self)
        self._node: int | None = None
        self.finder, self.map, self.details = Finder(), MapView(), NodeDetails()
        self.map.empty_text = _NOTHING_YET
        self.title = ElidedLabel("")
        self.layouts = QComboBox()
        self.layouts.addItems(["principal components", "UMAP"])
        self.layouts.setAccessibleName("Layout of the map")
        self.stop_umap = QPushButton("Stop UMAP")
        self.stop_umap.hide()
        self._lay_out()
        self._connect()
        self.setEnabled(False)

    @Slot(object)
    def set_run(self, directory: Path) -> None:
        """Explore this run from now on."""
        self.title.setText(f"Opening {directory.name}...")
        self.explorer.open(directory)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, stretch=1)
        head.addWidget(self.stop_umap)
        head.addWidget(self.layouts)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.map, stretch=1)
        parts = QSplitter(handleWidth=12)
        for widget, width in ((self.finder, 220), (middle, 560), (self.details, 300)):
            parts.addWidget(widget)
            widget.setMinimumWidth(min(width, 180))
        parts.setSizes([220, 560, 300])
        parts.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addLayout(head)
        layout.addWidget(parts, stretch=1)

    def _connect(self) -> None:
        explorer = self.explorer
        explorer.opened.connect(self._show_space)
        explorer.plane_made.connect(self._show_plane)
        explorer.ranker_opened.connect(self._show_ranker)
        explorer.failed.connect(self._show_failure)
        self.finder.search_asked.connect(self._search)
        self.finder.node_chosen.connect(self.choose)
        self.finder.types_changed.connect(self.map.show_types)
        self.map.node_chosen.connect(self.choose)
        self.details.neighbours.node_chosen.connect(self.choose)
        self.details.predictions.node_chosen.connect(self.choose)
        self.details.changed.connect(self._ask_about_node)
        self.details.ranker_asked.connect(explorer.open_ranker)
        self.layouts.activated.connect(self._change_layout)
        self.stop_umap.clicked.connect(self._stop_umap)

    @Slot(int)
    def choose(self, node: int) -> None:
        """Mark a node on the map, and tell what lies near and what is predicted."""
        space = self.explorer.space
        if space is None:
            return
        self._node = node
        self.details.show_node(space.name(node), f"{space.type_name(node)}, id {space.ids[node].as_py()}")
        if self.explorer.ranker is not None:
            self.details.show_questions(self.explorer.ranker.questions(node))
        self.map.choose(node, [])
        self._ask_about_node()

    @Slot()
    def _show_space(self) -> None:
        space, directory = self.explorer.space, self.explorer.directory
        assert space is not None
        assert directory is not None
        self.setEnabled(True)
        self._node = None
        self.title.setText(f"{directory.name}: {count_text(len(space))} nodes, {space.vectors.shape[1]} dimensions")
        self.finder.show_types(space.type_names, np.bincount(space.type_of, minlength=len(space.type_names)))
        self.details.show_types(space.type_names)
        self.details.show_node("No node chosen", "Click a point, or find a node by its name.")
        self.details.neighbours.show_rows([])
        self.details.predictions.show_rows([])
        self.details.set_has_ranker(False)
        self.map.name_of = space.name
        self.layouts.setCurrentIndex(0)
        self._show_plane()

    @Slot()
    def _show_plane(self) -> None:
        space: Any = self.explorer.space
        self.stop_umap.setVisible(self.explorer.is_making_umap)
        plane: Any = self.explorer.planes.get(self.layouts.currentText())  # type: ignore[call-overload]
        if plane is not None:
            self.map.show_points(plane, space.type_of)

    @Slot()
    def _change_layout(self) -> None:
        wants_umap = self.layouts.currentText() == "UMAP" and "UMAP" not in self.explorer.planes
        if wants_umap:
            from hgt_studio.explore import why_no_umap

            if reason := why_no_umap():
                self.layouts.setCurrentIndex(0)
                show_error(self, reason)
                return
            self.explorer.make_umap()
        self._show_plane()

    @Slot()
    def _stop_umap(self) -> None:
        self.explorer.cancel_umap()
        self.stop_umap.hide()
        self.layouts.setCurrentIndex(0)
        self._show_plane()

    @Slot(str)
    def _search(self, text: str) -> None:
        space = self.explorer.space
        if space is None:
            return
        from hgt_studio.explore import find_nodes

        def show(found: list[int]) -> None:
            if space is self.explorer.space and text == self.finder.search.text():
                self.finder.show_results([(node, f"{space.name(node)}  ({space.type_name(node)})") for node in found])

        self.explorer.ask(lambda: find_nodes(space, text), show)

    @Slot()
    def _ask_about_node(self) -> None:
        node, space = self._node, self.explorer.space
        if node is None or space is None:
            return
        from hgt_studio.explore import Neighbour, nearest_neighbours

        chosen = self.details.types.currentText()
        kept = None if chosen == ALL_TYPES else [chosen]

        def show(found: list[Neighbour]) -> None:
            if node == self._node and space is self.explorer.space:
                self.details.neighbours.show_rows([self._row(near.node, near.cosine) for near in found])
                self.map.choose(node, [near.node for near in found])

        self.explorer.ask(lambda: nearest_neighbours(space, node, _SHOWN, kept), show)
        self._predict(node)

    def _predict(self, node: int) -> None:
        ranker, question = self.explorer.ranker, self.details.questions.currentData()
        if ranker is None or question is None:
            return
        from hgt_studio.explore import Candidate

        triplet, missing = question
        hide_known = self.details.hide_known.isChecked()

        def show(found: list[Candidate]) -> None:
            if node == self._node and ranker is self.explorer.ranker:
                rows = [self._row(one.node, one.score, "yes" if one.is_known else "") for one in found]
                self.details.predictions.show_rows(rows)

        self.explorer.ask(lambda: ranker.rank(node, triplet, missing, _SHOWN, hide_known=hide_known), show)

    def _row(self, node: int, figure: float, remark: str = "") -> NodeRow:
        space = self.explorer.space
        assert space is not None
        return NodeRow(node, space.name(node), space.ids[node].as_py(), space.type_name(node), figure, remark)

    @Slot()
    def _show_ranker(self) -> None:
        self.details.set_has_ranker(True)
        if self._node is not None and self.explorer.ranker is not None:
            self.details.show_questions(self.explorer.ranker.questions(self._node))
            self._ask_about_node()

    @Slot(object)
    def _show_failure(self, error: HgtStudioError) -> None:
        self.stop_umap.setVisible(self.explorer.is_making_umap)
        if self.explorer.space is None:
            self.title.setText("")
        self.details.set_has_ranker(self.explorer.ranker is not None)
        if self.layouts.currentText() not in self.explorer.planes:
            self.layouts.setCurrentIndex(0)
        show_error(self, error)
