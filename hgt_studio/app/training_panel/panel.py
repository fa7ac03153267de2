"""The Training tab."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from hgt_studio.app.background import start_task
from hgt_studio.app.charts import Chart
from hgt_studio.app.state.recorded_events import read_recorded_events
from hgt_studio.app.state.run_history import RunHistory
from hgt_studio.app.state.session import RunOutcome, TrainingSession
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.training_panel import chart_contents as contents
from hgt_studio.app.training_panel.advice import advice_on_event
from hgt_studio.app.training_panel.advice_bar import AdviceBar
from hgt_studio.app.training_panel.chart_grid import ChartGrid
from hgt_studio.app.training_panel.figures import FiguresRow, run_figures
from hgt_studio.app.training_panel.phase_strip import PhaseStrip
from hgt_studio.app.training_panel.progress_rows import ProgressRows
from hgt_studio.training.events import Evaluated, Event, PhaseStarted, RunStarted
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.typing import Progress

_REFRESH_MS: Final = 100
_MS_BETWEEN_CHARTS: Final = 25
_PHASES_WITH_PROGRESS: Final = ("load", "export")  # of their own, beside the steps


class TrainingPanel(QWidget):
    """Shows the run of a session."""

    def __init__(self, *, session: TrainingSession, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._history = RunHistory()
        self._config = settings.config
        self._is_under_way = False
        self._held_back: list[Event] | None = None  # while the past of a resumed run is read
        self._estimate_bytes: int | None = None
        self._limit_bytes: int | None = None
        self._node_types: Sequence[str] = ()
        self.phases, self.progress, self.figures, self.advice = PhaseStrip(), ProgressRows(), FiguresRow(), AdviceBar()
        kinds = (contents.LOSS, contents.QUALITY, contents.MEMORY, contents.HEALTH)
        self.loss, self.quality, self.memory, self.health = self.charts = tuple(
            Chart(kind, delay_ms=number * _MS_BETWEEN_CHARTS) for number, kind in enumerate(kinds)
        )
        self.health_figure = self._make_health_figure()
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self.advice.stop_asked.connect(self._finish)
        session.state_changed.connect(self._on_state)
        session.event.connect(self._on_event)
        session.progress.connect(self._on_progress)
        session.ended.connect(self._on_ended)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @Slot(object)
    def set_estimate(self, num_bytes: int | None) -> None:
        """The predicted peak, drawn as a line over the measured memory."""
        self._estimate_bytes = num_bytes
        self._refresh_soon()

    @Slot(object)
    def set_limit(self, num_bytes: int | None) -> None:
        """The limit, drawn as a line; None: what the device recommends."""
        self._limit_bytes = num_bytes
        self._refresh_soon()

    def set_node_types(self, names: Sequence[str]) -> None:
        """All node types in the order that gives them their colours."""
        self._node_types = tuple(names)
        self._refresh_soon()

    def _make_health_figure(self) -> QComboBox:
        box = QComboBox()
        for name, words in contents.HEALTH_NAMES.items():
            box.addItem(words, name)
        box.setAccessibleName("Figure of the embeddings' health")
        box.setToolTip("Which figure of the embeddings' health is drawn; likeness is the mean absolute cosine")
        box.currentIndexChanged.connect(self._refresh_soon)
        self.health.add_to_header(box)
        return box

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (self.phases, self.progress, self.figures, self.advice):
            layout.addWidget(widget)
        layout.addWidget(ChartGrid(self.charts), 1)

    @Slot(str)
    def _on_state(self, state: str) -> None:
        if self._session.is_active and not self._is_under_way:
            self._begin()
        self._is_under_way = self._session.is_active

    def _begin(self) -> None:
        self._history, self._held_back = RunHistory(), None
        self._config = self._settings.config
        self.advice.clear()
        self.progress.clear()
        self._refresh_soon()

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._config = self._settings.config
        if isinstance(event, RunStarted) and event.first_step and self._session.directory is not None:
            self._held_back = []
            start_task(self._recall(RunDirectory(self._session.directory).metrics_path, event))
        elif self._held_back is not None:
            self._held_back.append(event)
        else:
            self._take_in(event)

    async def _recall(self, metrics_path: Path, started: RunStarted) -> None:
        """A resumed run goes on where its curves ended."""
        history = self._history
        earlier = await asyncio.to_thread(read_recorded_events, metrics_path, with_steps=True)
        if history is not self._history or self._held_back is None:
            return
        history.add(started)
        for past in earlier:
            if past.step <= started.first_step:
                history.add(past)
        held_back, self._held_back = self._held_back, None
        for event in held_back:
            self._take_in(event)

    def _take_in(self, event: Event) -> None:
        self._history.add(event)
        if isinstance(event, Evaluated) and event.is_best:
            self.advice.take_back_plateau()
        if (advice := advice_on_event(event, self._config)) is not None:
            self.advice.tell(advice)
        if isinstance(event, PhaseStarted):
            self.phases.show_phase(self._history.phase)
            self.progress.show_history(self._history)
        self._refresh_soon()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        if self._history.phase in _PHASES_WITH_PROGRESS:
            self.progress.show_progress(progress)

    @Slot(object)
    def _on_ended(self, outcome: RunOutcome) -> None:
        self.phases.show_phase(self._history.phase, is_over=outcome.kind == "done")
        self.advice.hide_stop()
        self._refresh_soon()

    @Slot()
    def _finish(self) -> None:
        self._session.finish()
        self.advice.hide_stop()

    @Slot()
    def _refresh_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def refresh(self) -> None:
        """Show what has been told so far; comes by itself, at most ten times a second."""
        history, config = self._history, self._config
        self.phases.show_phase(history.phase, is_over=self._session.state == "done")
        if history.phase not in _PHASES_WITH_PROGRESS:
            self.progress.show_history(history)
        self.figures.show_figures(run_figures(history, config, is_active=self._session.is_active))
        self.loss.show_content(contents.loss_content(history))
        self.quality.show_content(contents.quality_content(history, config))
        self.quality.set_caption(contents.quality_caption(history, config))
        limit = contents.memory_level("limit", "unsafe", self._limit_bytes or self._recommended_bytes())
        estimate = contents.memory_level("estimate", "tight", self._estimate_bytes)
        self.memory.show_content(contents.memory_content(history, (*limit, *estimate)))
        figure = self.health_figure.currentData()
        self.health.show_content(contents.health_content(history, figure, self._node_types))
        self.health.set_caption(*contents.health_caption(history, figure))

    def _recommended_bytes(self) -> int | None:
        read = self._history.reading
        return read.reading.device.recommended_bytes if read is not None and read.reading.device is not None else None
