"""A training panel on a real session, whose run tells what the test hands it."""

import queue
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

import hgt_studio.pipeline
from hgt_studio.app.engine import Engine
from hgt_studio.app.state.session import TrainingSession
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.training_panel import TrainingPanel
from hgt_studio.config import RunConfig
from hgt_studio.training.events import Event
from hgt_studio.typing import CancelToken, Progress


@dataclass
class Script:
    """Stands in for `train_run`: passes on what is put into `lines`, until an error or "end"."""

    lines: "queue.SimpleQueue[Event | Progress | Exception | str]" = field(default_factory=queue.SimpleQueue)
    token: CancelToken | None = None

    def __call__(self, graph: Path, directory: Path, config: RunConfig, listeners: Any, *, resume: bool) -> str:
        self.token = listeners.cancel
        while (line := self.lines.get()) != "end":
            if isinstance(line, Exception):
                raise line
            tell = listeners.on_progress if isinstance(line, Progress) else listeners.on_event
            tell(line)
        return "result"


@dataclass
class Stage:
    """The panel and its state."""

    panel: TrainingPanel
    session: TrainingSession
    settings: Settings
    script: Script
    qtbot: QtBot
    directory: Path

    def begin(self, *, resume: bool = False) -> None:
        """Start a run."""
        self.session.start(Path("kg.csv"), self.directory, self.settings.config, resume=resume)

    def tell(self, lines: Iterable[Event | Progress | Exception | str]) -> None:
        """Let the run say this."""
        for line in lines:
            self.script.lines.put(line)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what the panel shows."""
        self.qtbot.waitUntil(condition, timeout=60_000)


@pytest.fixture
def stage(
    qtbot: QtBot, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qt_loop: object
) -> Iterator[Stage]:
    session, settings, script = TrainingSession(engine), Settings(), Script()
    monkeypatch.setattr(hgt_studio.pipeline, "train_run", script)
    panel = TrainingPanel(session=session, settings=settings)
    qtbot.addWidget(panel)
    panel.resize(1200, 800)
    panel.show()
    yield Stage(panel, session, settings, script, qtbot, tmp_path)
    script.lines.put("end")
    qtbot.waitUntil(lambda: not session.is_active, timeout=10_000)
