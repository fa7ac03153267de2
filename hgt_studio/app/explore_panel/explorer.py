"""What the Explore tab works on: reading, projecting and searching in threads, the network on the engine's thread."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from PySide6.QtCore import QObject, Signal

from hgt_studio.app.background import start_task
from hgt_studio.app.engine import Engine
from hgt_studio.errors import CancelledError, HgtStudioError
from hgt_studio.typing import CancelToken

if TYPE_CHECKING:
    from hgt_studio.explore import CandidateRanker, EmbeddingSpace

Result = TypeVar("Result")
PlaneKind = Literal["principal components", "UMAP"]


class Explorer(QObject):
    """One run's embeddings at a time. All signals on the UI thread.

    opened: `space` and the plane of its principal components are there. plane_made: the other plane is.
    ranker_opened: predictions can be asked for.
    """

    opened = Signal()
    plane_made = Signal()
    ranker_opened = Signal()
    failed = Signal(object)  # HgtStudioError

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._umap_token: CancelToken | None = None
        self.directory: Path | None = None
        self.space: EmbeddingSpace | None = None
        self.planes: dict[PlaneKind, object] = {}
        self.ranker: CandidateRanker | None = None

    @property
    def is_making_umap(self) -> bool:
        return self._umap_token is not None

    def open(self, directory: Path) -> None:
        """Read the embeddings of a run; ends with `opened` or `failed`."""
        self.cancel_umap()
        self.directory = directory
        start_task(self._open(directory))

    def make_umap(self) -> None:
        """Lay the map out with UMAP, in the background; ends with `plane_made` or `failed`."""
        if self.space is not None and self._umap_token is None:
            self._umap_token = CancelToken()
            start_task(self._make_umap(self.space, self._umap_token))

    def cancel_umap(self) -> None:
        """Stop UMAP."""
        if self._umap_token is not None:
            self._umap_token.cancel()

    def open_ranker(self) -> None:
        """Load the trained network; ends with `ranker_opened` or `failed`."""
        if self.directory is not None:
            start_task(self._open_ranker(self.directory))

    def ask(self, job: Callable[[], Result], answer: Callable[[Result], None]) -> None:
        """Work something out in a thread and hand the answer over; an error of ours goes to `failed`."""
        start_task(self._ask(job, answer))

    async def _ask(self, job: Callable[[], Result], answer: Callable[[Result], None]) -> None:
        try:
            found = await asyncio.to_thread(job)
        except HgtStudioError as error:
            self.failed.emit(error)
        else:
            answer(found)

    async def _open(self, directory: Path) -> None:
        try:
            await self._engine.started_up()
            from hgt_studio.explore import open_space, principal_plane

            space = await asyncio.to_thread(open_space, directory)
            plane = await asyncio.to_thread(principal_plane, space.vectors)
        except HgtStudioError as error:
            if directory == self.directory:
                self.failed.emit(error)
            return
        if directory == self.directory:
            self.space, self.planes, self.ranker = space, {"principal components": plane}, None
            self.opened.emit()

    async def _make_umap(self, space: "EmbeddingSpace", token: CancelToken) -> None:
        from hgt_studio.explore import umap_plane

        try:
            plane = await asyncio.to_thread(umap_plane, space.vectors, token)
        except CancelledError:
            self._umap_token = None
        except HgtStudioError as error:
            self._umap_token = None
            self.failed.emit(error)
        else:
            self._umap_token = None
            if space is self.space:
                self.planes["UMAP"] = plane
                self.plane_made.emit()

    async def _open_ranker(self, directory: Path) -> None:
        def job() -> "CandidateRanker":
            from hgt_studio.pipeline import open_ranker, open_run

            return open_ranker(open_run(directory))

        try:
            ranker = await asyncio.wrap_future(self._engine.submit(job))
        except HgtStudioError as error:
            self.failed.emit(error)
            return
        if directory == self.directory:
            self.ranker = ranker
            self.ranker_opened.emit()
