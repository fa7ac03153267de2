"""One export at a time: what the run holds is read in a thread, embedding and writing run on the engine's thread."""

import asyncio
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
    """opened: the run that can be exported now. written: the files of an export. All signals on the UI thread."""

    opened = Signal(object)  # OpenedRun
    previewed = Signal(object)  # ExportPreview
    progress = Signal(object)  # Progress
    written = Signal(object)  # tuple[WrittenFile, ...]
    failed = Signal(object)  # HgtStudioError
    cancelled = Signal()
    _progress_arrived = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._token: CancelToken | None = None
        self._wanted: tuple[OpenedRun, ExportConfig] | None = None
        self.run: OpenedRun | None = None
        self._progress_arrived.connect(self.progress, Qt.ConnectionType.QueuedConnection)

    @property
    def is_exporting(self) -> bool:
        return self._token is not None

    def open(self, directory: Path) -> None:
        """Read the settings and the graph of a run; ends with `opened` or `failed`."""
        start_task(self._open(directory))

    def preview(self, export: ExportConfig) -> None:
        """First rows and size of an export of the opened run; of many calls the last one is answered."""
        if self.run is not None:
            was_busy, self._wanted = self._wanted is not None, (self.run, export)
            if not was_busy:
                start_task(self._preview())

    def export(self, path: Path, export: ExportConfig) -> None:
        """Embed all nodes and write them; ends with `written`, `failed` or `cancelled`."""
        assert self.run is not None
        assert self._token is None
        self._token = CancelToken()
        start_task(self._export(self.run, path, export, self._token))

    def cancel(self) -> None:
        """Stop an export; no file is left behind."""
        if self._token is not None:
            self._token.cancel()

    async def _open(self, directory: Path) -> None:
        try:
            await self._engine.started_up()
            self.run = await asyncio.to_thread(_read_run, directory)
        except HgtStudioError as error:
            self.failed.emit(error)
        else:
            self.opened.emit(self.run)

    async def _preview(self) -> None:
        try:
            while (wanted := self._wanted) is not None:
                preview = await asyncio.to_thread(_make_preview, *wanted)
                if wanted is self._wanted:
                    self._wanted = None
                    self.previewed.emit(preview)
        except HgtStudioError as error:
            self._wanted = None
            self.failed.emit(error)

    async def _export(self, run: OpenedRun, path: Path, export: ExportConfig, token: CancelToken) -> None:
        def job() -> "tuple[WrittenFile, ...]":
            from hgt_studio.pipeline import Listeners, export_run, open_run

            listeners = Listeners(on_progress=self._progress_arrived.emit, cancel=token)
            return export_run(open_run(run.directory, listeners), path, export, listeners)

        try:
            files = await asyncio.wrap_future(self._engine.submit(job))
        except CancelledError:
            self._token = None
            self.cancelled.emit()
        except HgtStudioError as error:
            self._token = None
            self.failed.emit(error)
        else:
            self._token = None
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
