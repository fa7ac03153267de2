"""What a run with the settings of now would need, and what there is: estimate, budget and verdict, kept up to date."""

from typing import TYPE_CHECKING, Final

import psutil
from PySide6.QtCore import QObject, QTimer, Signal

from hgt_studio.app.background import start_task
from hgt_studio.app.state.document import Document
from hgt_studio.app.state.session import TrainingSession
from hgt_studio.app.state.settings import Settings
from hgt_studio.typing import DeviceKind

if TYPE_CHECKING:
    from hgt_studio.app.engine import EngineInfo
    from hgt_studio.calibration import Calibration
    from hgt_studio.memory import FitResult, GraphSizes, MemoryEstimate, Verdict

_BUDGET_INTERVAL_MS: Final = 1000


class MemoryModel(QObject):
    """Follows settings, graph and device. Without a graph it works on PrimeKG's published counts.

    estimate: None until the engine is loaded. measured_bytes: what the run under way holds, 0 while there is none.
    program_bytes: what is measured beside the run: on the CPU it is the whole process that is measured.
    While a run is under way the budget stands still: what it takes is not missing to itself.
    """

    changed = Signal()
    measured_changed = Signal()

    def __init__(
        self, settings: Settings, document: Document, session: TrainingSession, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._document, self._session = settings, document, session
        self._info: EngineInfo | None = None
        self._sizes: GraphSizes | None = None
        self.estimate: MemoryEstimate | None = None
        self.calibration: Calibration | None = None
        self.budget_bytes = 0
        self.measured_bytes = 0
        self.program_bytes = 0
        settings.changed.connect(self._follow_settings)
        document.graph_changed.connect(self._follow_graph)
        session.event.connect(self._on_event)
        session.state_changed.connect(self._on_session_state)
        self._timer = QTimer(self, interval=_BUDGET_INTERVAL_MS)
        self._timer.timeout.connect(self._follow_budget)

    @property
    def is_of_graph(self) -> bool:
        """Whether the estimate is of the graph in front of the user, else it is of PrimeKG's published counts."""
        return self._sizes is not None and self._sizes.exact

    @property
    def device_kind(self) -> DeviceKind:
        """The kind of device that a run would take."""
        name = self._settings.config.device.name
        if name != "auto":
            return name
        devices = self._info.devices if self._info else ()
        return next((_kind(device.name) for device in devices if device.is_available), "cpu")

    @property
    def verdict(self) -> "Verdict":
        """Whether the run fits; safe while nothing is known."""
        from hgt_studio.memory import verdict

        return verdict(self.estimate.needed_bytes, self.budget_bytes) if self.estimate else "safe"

    def start(self, info: "EngineInfo") -> None:
        """Begin, now that the engine is loaded."""
        from hgt_studio.calibration import remembered
        from hgt_studio.memory import GraphSizes

        self._info = info
        self._sizes = GraphSizes.primekg()
        self.calibration = remembered(self.device_kind)
        self._timer.start()
        self._follow_budget()
        self._follow_graph()

    def fit(self, budget_bytes: int, may_change: list[str]) -> "FitResult":
        """The largest settings that fit a budget; nothing is changed."""
        from hgt_studio.memory import fit

        assert self._sizes is not None, "nothing can be fitted before the engine is loaded"
        return fit(self._settings.config, self._sizes, self.device_kind, budget_bytes, may_change)

    def _follow_graph(self) -> None:
        if self._info is None:
            return
        if self._document.graph is None:
            from hgt_studio.memory import GraphSizes

            self._sizes = GraphSizes.primekg()
            self._follow_settings()
        else:
            start_task(self._read_sizes())

    async def _read_sizes(self) -> None:
        import asyncio

        from hgt_studio.memory import GraphSizes

        graph = self._document.graph
        if graph is None:
            return
        sizes = await asyncio.to_thread(GraphSizes.from_graph, graph)
        if graph is self._document.graph:
            self._sizes = sizes
            self._follow_settings()

    def _follow_settings(self) -> None:
        if self._sizes is None:
            return
        from hgt_studio.memory import estimate_memory

        self.estimate = estimate_memory(self._settings.config, self._sizes, self.device_kind)
        self.changed.emit()

    def _follow_budget(self) -> None:
        if self._info is None or self._session.is_active:
            return
        from hgt_studio.memory import live_budget

        kind, available = self.device_kind, psutil.virtual_memory().available
        device = next(device for device in self._info.devices if device.name == kind)
        recommended = device.recommended_bytes or available
        on_device_alone = kind == "cuda"
        budget_bytes = recommended if on_device_alone else live_budget(recommended, available)
        if budget_bytes != self.budget_bytes:
            self.budget_bytes = budget_bytes
            self.changed.emit()

    def _on_event(self, event: object) -> None:
        from hgt_studio.training.events import MemoryRead

        if isinstance(event, MemoryRead) and event.reading.device is not None:
            self.measured_bytes = max(0, event.reading.device.allocated_bytes - self.program_bytes)
            self.measured_changed.emit()

    def _on_session_state(self, state: str) -> None:
        if state == "running" and self.measured_bytes == 0:
            self.program_bytes = psutil.Process().memory_info().rss if self.device_kind == "cpu" else 0
            self.changed.emit()
        if not self._session.is_active:
            self.measured_bytes = 0
            self.measured_changed.emit()


def _kind(name: str) -> DeviceKind:
    """A device's name as its kind."""
    assert name in ("mps", "cuda", "cpu")
    return name  # type: ignore[return-value]
