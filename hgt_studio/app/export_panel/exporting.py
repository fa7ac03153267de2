"""One export at a time: what the run holds is read in a thread, embedding and writing run on the engine's thread."""

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal

from hgt_studio.app.background import start_task
from hgt_studio.app.engine import Engine
from hgt_studio.app.state.run_folder import graph_of_run
from hgt_studio.config import ExportConfig, RunConfig
from hgt_studio.errors import CancelledError, HgtStudioError, RunDirectoryError
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.typing import CancelToken

if TYPE_CHECKING:
    from hgt_studio.export import ExportPreview, WrittenFile
    from hgt_studio.graph.knowledge_graph import KnowledgeGraph

SUFFIXES: Final = {
    "parquet": ".parquet", "csv": ".csv", "csv_list": ".csv", "npz": ".npz", "safetensors": ".safetensors",
    "word2vec": ".txt", "projector": "", "h5ad": ".h5ad",
}  # fmt: skip


@dataclass(frozen=True)
class OpenedRun:
    """A trained run: its folder, settings and graph."""

    directory: Path
    config: RunConfig
    graph: "KnowledgeGraph"


class Exporter(QObject):
    """opened: the run that can be exported now. written: the files of an export. All signals on the UI thread.

    An export waits while a run trains: both are jobs of the engine's thread.
    """

    opened = Signal(object)  # OpenedRun
    previewed = Signal(object)  # ExportPreview
    preview_failed = Signal(object)  # HgtStudioError
    busy_changed = Signal()
    progress = Signal(object)  # Progress
    written = Signal(object)  # tuple[WrittenFile, ...]
    failed = Signal(object)  # HgtStudioError
    cancelled = Signal()
    _progress_arrived = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._token: CancelToken | None = None
        self._job: Future[tuple[WrittenFile, ...]] | None = None
        self._opening: asyncio.Task[None] | None = None
        self._previewing: asyncio.Task[None] | None = None
        self.run: OpenedRun | None = None
        self._progress_arrived.connect(self.progress, Qt.ConnectionType.QueuedConnection)

    @property
    def is_exporting(self) -> bool:
        return self._job is not None

    def open(self, directory: Path) -> None:
        """Read the settings and the graph of a run; of many calls the last one ends with `opened` or `failed`."""
        if self._opening is not None:
            self._opening.cancel()
        self._opening = start_task(self._open(directory))

    def preview(self, export: ExportConfig) -> None:
        """First rows and size; of many calls the last one ends with `previewed` or `preview_failed`."""
        if self._previewing is not None:
            self._previewing.cancel()
        if self.run is not None:
            self._previewing = start_task(self._preview(self.run, export))

    def export(self, path: Path, export: ExportConfig) -> None:
        """Embed all nodes and write them; ends with `written`, `failed` or `cancelled`."""
        assert self.run is not None
        assert self._job is None
        directory, token, tell = self.run.directory, CancelToken(), self._progress_arrived.emit

        def job() -> "tuple[WrittenFile, ...]":
            from hgt_studio.pipeline import Listeners, export_run, open_run

            listeners = Listeners(on_progress=tell, cancel=token)
            return export_run(open_run(directory, listeners), path, export, listeners)

        self._token, self._job = token, self._engine.submit(job)
        self.busy_changed.emit()
        start_task(self._follow(self._job))

    def cancel(self) -> None:
        """Stop an export, also one that waits; no file is left behind."""
        if self._job is not None and self._token is not None:
            self._job.cancel()
            self._token.cancel()

    async def _open(self, directory: Path) -> None:
        try:
            await self._engine.started_up()
            self.run = await asyncio.to_thread(_read_run, directory)
        except HgtStudioError as error:
            self.failed.emit(error)
        else:
            self.opened.emit(self.run)

    async def _preview(self, run: OpenedRun, export: ExportConfig) -> None:
        try:
            preview = await asyncio.to_thread(_make_preview, run, export)
        except HgtStudioError as error:
            self.preview_failed.emit(error)
        else:
            self.previewed.emit(preview)

    async def _follow(self, job: "Future[tuple[WrittenFile, ...]]") -> None:
        try:
            try:
                files = await asyncio.wrap_future(job)
            finally:
                self._token = self._job = None
                self.busy_changed.emit()
        except (CancelledError, asyncio.CancelledError):
            self.cancelled.emit()
        except HgtStudioError as error:
            self.failed.emit(error)
        else:
            self.written.emit(files)


def _read_run(directory: Path) -> OpenedRun:
    from hgt_studio.graph import load_graph

    run = RunDirectory(directory)
    config = run.config()
    if not (run.best_checkpoint.exists() or run.last_checkpoint.exists()):
        raise RunDirectoryError(f"{directory.name}: has no checkpoint yet; resume it or choose another run")
    return OpenedRun(directory, config, load_graph(graph_of_run(directory), config.data))


def _make_preview(run: OpenedRun, export: ExportConfig) -> "ExportPreview":
    from hgt_studio.export import preview_export

    return preview_export(run.graph, run.config.architecture.embedding_dim, export)
