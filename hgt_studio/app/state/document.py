"""The graph in front of the user: opened off the main thread, counted, and cut to what the settings keep of it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from hgt_studio.app.background import start_task
from hgt_studio.app.state.graph_loading import Load, Loaded, OpenedGraph, Selection, read, sample_path, select
from hgt_studio.config import DataConfig
from hgt_studio.errors import HgtStudioError

if TYPE_CHECKING:
    from hgt_studio.graph.knowledge_graph import KnowledgeGraph
    from hgt_studio.graph.statistics import GraphStatistics
    from hgt_studio.graph.table_preview import TablePreview

_PROGRESS_INTERVAL_MS = 50
_SPLIT_FIELDS = {"columns", "validation_share", "test_share", "split_seed"}  # these do not change the graph


class Document(QObject):
    """The graph in front of the user.

    A graph stays in front until another one is loaded: a loading that fails or is cancelled changes nothing.

    opened: the file and all that it holds, whatever the filters; `path`, `whole` and `statistics` are its.
    graph: what a run with the settings `data` would train on: filtered, with reverse edges added.
    selection_error: why the settings cannot be applied; `graph` is the whole graph then.
    data: the settings that `graph` was made with; its `columns` are this file's mapping, None for PrimeKG's columns.
    """

    loading_started = Signal(object)  # Path
    progress = Signal(object)  # Progress, at most 20 a second
    loaded = Signal()
    failed = Signal(object)  # HgtStudioError
    cancelled = Signal()
    cleared = Signal()
    graph_changed = Signal()  # `graph` or `selection_error` is another: after loading, selecting and clearing
    mapping_needed = Signal(object, object)  # TablePreview, Path: the columns are not PrimeKG's, open with a mapping

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.opened: OpenedGraph | None = None
        self.graph: KnowledgeGraph | None = None
        self.selection_error: HgtStudioError | None = None
        self.data = DataConfig()
        self._wanted = self.data
        self._selecting: asyncio.Task[None] | None = None
        self._load: Load | None = None
        self._progress_timer = QTimer(self, interval=_PROGRESS_INTERVAL_MS)
        self._progress_timer.timeout.connect(self._tell_progress)

    @property
    def path(self) -> Path | None:
        return self.opened.path if self.opened else None

    @property
    def whole(self) -> "KnowledgeGraph | None":
        return self.opened.whole if self.opened else None

    @property
    def statistics(self) -> "GraphStatistics | None":
        return self.opened.statistics if self.opened else None

    @property
    def is_loading(self) -> bool:
        return self._load is not None

    @property
    def is_selecting(self) -> bool:
        """Whether `graph` is being made anew."""
        return self._selecting is not None and not self._selecting.done()

    async def open(self, path: Path, config: DataConfig) -> None:
        """Load a graph file; ends with one of `loaded`, `failed`, `cancelled`, `mapping_needed`.

        A mapping in `config` that does not fit the file's columns belongs to another file and is left alone. Opening
        while another file loads drops that one without a word.
        """
        await self._run(Load(path), config)

    async def open_sample(self, config: DataConfig) -> None:
        """Open the sample graph, which is written into the cache folder the first time."""
        path = await asyncio.to_thread(sample_path)
        await self._run(Load(path, is_sample=True), config)

    def select(self, config: DataConfig) -> None:
        """Make `graph` what `config` keeps of the file, off the main thread; of many calls the last one counts."""
        self._wanted = config
        is_new = self.opened is not None and _filters(config) != _filters(self.data)
        if is_new and not self.is_selecting:
            self._selecting = start_task(self._follow_settings())

    def cancel(self) -> None:
        """Stop loading, at once for the user; the worker thread follows at its next check."""
        if self._load is not None:
            self._load.cancel.cancel()
            self._end()
            self.cancelled.emit()

    def clear(self) -> None:
        """Put the graph away."""
        self.cancel()
        self.opened = self.graph = self.selection_error = None
        self.cleared.emit()
        self.graph_changed.emit()

    async def _run(self, load: Load, config: DataConfig) -> None:
        if self._load is not None:
            self._load.cancel.cancel()
        self._load = load
        self._progress_timer.start()
        self.loading_started.emit(load.path)
        try:
            result = await asyncio.to_thread(read, load, config)
        except HgtStudioError as error:
            if load is self._load:
                self._end()
                self.failed.emit(error)
        except BaseException:
            if load is self._load:
                self.cancel()
            raise
        else:
            if load is self._load:
                self._end()
                self._take(load.path, result)

    def _end(self) -> None:
        self._progress_timer.stop()
        self._load = None

    def _take(self, path: Path, result: "Loaded | TablePreview") -> None:
        if not isinstance(result, Loaded):
            self.mapping_needed.emit(result, path)
            return
        self.opened, self._wanted = result.opened, result.data
        self._use(result.selection, result.data)
        self.loaded.emit()

    async def _follow_settings(self) -> None:
        while (opened := self.opened) is not None and _filters(config := self._wanted) != _filters(self.data):
            selection = await asyncio.to_thread(select, opened.whole, config)
            if opened is self.opened:
                self._use(selection, config.model_copy(update={"columns": self.data.columns}))

    def _use(self, selection: Selection, config: DataConfig) -> None:
        self.graph, self.selection_error, self.data = selection.graph, selection.error, config
        self.graph_changed.emit()

    def _tell_progress(self) -> None:
        if self._load is not None and self._load.latest is not None:
            progress, self._load.latest = self._load.latest, None
            self.progress.emit(progress)


def _filters(config: DataConfig) -> dict[str, object]:
    """The settings that decide what the graph is."""
    return config.model_dump(exclude=_SPLIT_FIELDS)
