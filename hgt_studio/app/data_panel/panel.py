"""The data: an invitation, a file being read, or what is in it. Files may be dropped anywhere on it."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from hgt_studio.app.data_panel.filters import keep_only, kept_by
from hgt_studio.app.data_panel.loading_page import LoadingPage
from hgt_studio.app.data_panel.mapping_dialog import MappingDialog
from hgt_studio.app.data_panel.summary_page import SummaryPage
from hgt_studio.app.empty_page import EmptyPage
from hgt_studio.app.settings_panel.section_form import SectionForm
from hgt_studio.app.state.document import Document
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.widgets.graph_file_drop import GraphFileDrop
from hgt_studio.app.widgets.notice import Notice
from hgt_studio.config import ColumnMapping, DataConfig, RunConfig
from hgt_studio.errors import HgtStudioError

if TYPE_CHECKING:
    from hgt_studio.graph.statistics import GraphStatistics
    from hgt_studio.graph.table_preview import TablePreview

_SHOWN_ELSEWHERE = (
    "columns", "include_node_types", "exclude_node_types", "include_relations", "exclude_relations"
)  # fmt: skip


class DataPanel(GraphFileDrop):
    """Shows the document and edits the filters; opening is asked for, the window does it."""

    open_requested = Signal(object)  # Path

    def __init__(
        self, *, empty: EmptyPage, document: Document, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._settings = document, settings
        self.notice, self._pages = Notice(), QStackedWidget()
        self.form = SectionForm(settings, "data", without=_SHOWN_ELSEWHERE)
        self.loading, self.summary = LoadingPage(), SummaryPage(self.form)
        self.empty = empty
        for page in (empty, self.loading, self.summary):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addWidget(self._pages, 1)
        self._listen_to_pages()
        self._listen_to_state()

    def _listen_to_pages(self) -> None:
        self.file_dropped.connect(self.open_requested)
        self.files_refused.connect(self.notice.tell)
        self.loading.cancel_asked.connect(self._document.cancel)
        self.summary.node_types.checks_asked.connect(self._on_node_types_asked)
        self.summary.relations.checks_asked.connect(self._on_relations_asked)
        self.summary.keep_all_asked.connect(self._on_keep_all_asked)

    def _listen_to_state(self) -> None:
        self._document.loading_started.connect(self._on_loading_started)
        self._document.progress.connect(self.loading.show_progress)
        self._document.loaded.connect(self._on_loaded)
        self._document.failed.connect(self._on_failed)
        self._document.mapping_needed.connect(self._on_mapping_needed)
        self._document.cancelled.connect(self._show_page)
        self._document.cleared.connect(self._show_page)
        self._document.graph_changed.connect(self._on_graph_changed)
        self._settings.changed.connect(self._on_settings_changed)
        self._settings.locked_changed.connect(self.summary.set_locked)

    def _show_page(self) -> None:
        if self._document.is_loading:
            self._pages.setCurrentWidget(self.loading)
        else:
            self._pages.setCurrentWidget(self.summary if self._document.opened else self.empty)

    def _on_loading_started(self, path: Path) -> None:
        self.notice.clear()
        self.loading.start(path)
        self._show_page()

    def _on_loaded(self) -> None:
        """The settings take over the file's column mapping, as a run reads the file with them."""
        opened, data = self._document.opened, self._settings.config.data
        assert opened is not None, "it was loaded"
        self.summary.show_graph(opened)
        if data.columns != self._document.data.columns:
            self._replace_data(data.model_copy(update={"columns": self._document.data.columns}), "Columns of the file")
        self._on_settings_changed(self._settings.config)
        self._show_page()

    def _on_failed(self, error: HgtStudioError) -> None:
        self.notice.tell(str(error))
        self._show_page()

    def _on_mapping_needed(self, preview: "TablePreview", path: Path) -> None:
        self._show_page()
        dialog = MappingDialog(preview, path, self)
        dialog.chosen.connect(self._on_mapping_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_mapping_chosen(self, path: Path, mapping: ColumnMapping) -> None:
        data = self._settings.config.data.model_copy(update={"columns": mapping})
        self._replace_data(data, "Columns of the file")
        self.open_requested.emit(path)

    def _on_graph_changed(self) -> None:
        if self._document.selection_error is not None:
            self.summary.show_filter_error(str(self._document.selection_error))
        elif self._document.graph is not None:
            self.summary.show_run_graph(self._document.graph, self._document.data.limit_nodes)

    def _on_settings_changed(self, config: RunConfig) -> None:
        self._document.select(config.data)
        if self._document.is_selecting:
            self.summary.show_counting()
        if (statistics := self._document.statistics) is not None:
            self.summary.show_kept(kept_by(config.data, statistics), statistics)

    def _on_node_types_asked(self, names: tuple[str, ...], keep: bool) -> None:
        kept = kept_by(self._settings.config.data, self._statistics())
        self._keep_only(_turned(kept.node_types, names, keep), kept.relations, "Filter of node types")

    def _on_relations_asked(self, names: tuple[str, ...], keep: bool) -> None:
        kept = kept_by(self._settings.config.data, self._statistics())
        self._keep_only(kept.node_types, _turned(kept.relations, names, keep), "Filter of relations")

    def _on_keep_all_asked(self) -> None:
        statistics = self._statistics()
        self._keep_only(statistics.node_types, statistics.relations, "Keep all node types and relations")

    def _statistics(self) -> "GraphStatistics":
        statistics = self._document.statistics
        assert statistics is not None, "the tables show a graph"
        return statistics

    def _keep_only(self, node_types: Collection[str], relations: Collection[str], what: str) -> None:
        self._replace_data(keep_only(self._settings.config.data, self._statistics(), node_types, relations), what)

    def _replace_data(self, data: DataConfig, what: str) -> None:
        self._settings.replace(self._settings.config.model_copy(update={"data": data}), what)


def _turned(kept: frozenset[str], names: tuple[str, ...], keep: bool) -> frozenset[str]:
    return kept | set(names) if keep else kept - set(names)
