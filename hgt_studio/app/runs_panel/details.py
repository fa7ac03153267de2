"""Below the table: curves of the selected runs over one another, what their settings differ in, and checkpoints."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSplitter, QTableView, QTabWidget, QWidget

from hgt_studio.app.charts import Chart, ChartKind, Content, Curve
from hgt_studio.app.runs_panel.comparison import differing_settings
from hgt_studio.app.runs_panel.rows_model import RowsModel
from hgt_studio.app.runs_panel.run_record import RunRecord
from hgt_studio.app.state.run_history import QUALITY_METRICS
from hgt_studio.app.wording import bytes_text, count_text

_LOSS: Final = ChartKind("Loss of epochs", "epoch", "Select runs to lay their curves over one another.")
_QUALITY: Final = ChartKind(
    "MRR on validation edges", "epoch", "Evaluations of the selected runs appear here.", from_zero=True
)
_WIDE: Final = 10_000  # a splitter shrinks its sizes to what there is
_NONE: Final = "–"
Points = Sequence[tuple[float, float | None]]


class Details(QSplitter):
    """Two charts and four tables."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.loss, self.quality = Chart(_LOSS), Chart(_QUALITY)
        self.differences, self.checkpoints = RowsModel(self), RowsModel(self)
        self.relations, self.facts = RowsModel(self), RowsModel(self)
        tables = QTabWidget(documentMode=True)
        for model, words, help_text in (
            (self.differences, "Settings", "Settings that differ between the runs"),
            (self.checkpoints, "Checkpoints", "Checkpoints of the selected runs"),
            (self.relations, "Relations", "Metrics of the first selected run by relation"),
            (self.facts, "Facts", "What ran: seed, graph, system and versions of the first selected run"),
        ):
            index = tables.addTab(_table(model, help_text), words)
            tables.setTabToolTip(index, help_text)
        for widget in (self.loss, self.quality, tables):
            self.addWidget(widget)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(16)
        self.setSizes([3 * _WIDE, 3 * _WIDE, 4 * _WIDE])

    def show_runs(self, selected: Sequence[RunRecord], compared: Sequence[RunRecord]) -> None:
        """Draw the selected runs, in the order of the colours; tell in what the settings of the compared differ."""
        self.loss.show_content(_overlay(selected, lambda run: [(epoch.epoch, epoch.loss) for epoch in run.epochs]))
        self.quality.show_content(_overlay(selected, _mrr_points))
        with_config = [run for run in compared if run.config is not None]
        differences = differing_settings([run.config for run in with_config if run.config is not None])
        names = [run.name for run in with_config]
        self.differences.show_rows(("Setting", *names), [(name, *values) for name, values in differences.items()])
        titles = ("Run", "Checkpoint", "Step", "MRR", "Hits@10", "Size", "Saved")
        self.checkpoints.show_rows(titles, [row for run in selected for row in _checkpoint_rows(run)])
        self.relations.show_rows(
            ("Relation", "MRR", "Hits@10", "AUROC", "Edges"), _relation_rows(selected[0]) if selected else []
        )
        self.facts.show_rows(("What ran", ""), list(selected[0].facts.items()) if selected else [])


def _overlay(runs: Sequence[RunRecord], points: Callable[[RunRecord], Points]) -> Content:
    curves = []
    for colour, run in enumerate(runs):
        known = np.array([point for point in points(run) if point[1] is not None], dtype=float).reshape(-1, 2)
        curves.append(Curve(run.name, known[:, 0], known[:, 1], colour))
    return Content(tuple(curves))


def _mrr_points(run: RunRecord) -> Points:
    events = [event for event in run.evaluations if event.edges == "validation"]
    return [(event.epoch, event.metrics["validation"].get("mrr")) for event in events]


def _checkpoint_rows(run: RunRecord) -> list[tuple[str, ...]]:
    return [
        (
            run.name, each.kind, "broken" if each.step is None else count_text(each.step),
            *(_metric_text(run.metric_at(each.step, name)) for name in QUALITY_METRICS if name in ("mrr", "hits@10")),
            bytes_text(each.size_bytes), f"{each.saved:%Y-%m-%d %H:%M}",
        )
        for each in run.checkpoints
    ]  # fmt: skip


def _relation_rows(run: RunRecord) -> list[tuple[str, ...]]:
    """The relations with the most edges first: the figures of few edges mean little."""
    by_relation = sorted(run.metrics_by_relation().items(), key=lambda item: -(item[1].get("num_edges") or 0))
    return [
        (
            relation, *(_metric_text(metrics.get(name)) for name in ("mrr", "hits@10", "auroc")),
            count_text(int(metrics.get("num_edges") or 0)),
        )
        for relation, metrics in by_relation
    ]  # fmt: skip


def _metric_text(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3f}"


def _table(model: RowsModel, name: str) -> QTableView:
    view = QTableView()
    view.setModel(model)
    view.setAccessibleName(name)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 8)
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    view.horizontalHeader().setStretchLastSection(True)
    return view
