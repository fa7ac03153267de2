"""A data panel with the real state objects; what it asks to open is opened, as the window does."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hgt_studio.app.background import start_task
from hgt_studio.app.data_panel import DataPanel
from hgt_studio.app.empty_page import EmptyPage
from hgt_studio.app.preferences import Preferences
from hgt_studio.app.state.document import Document
from hgt_studio.app.state.settings import Settings
from hgt_studio.graph.synthetic import write_sample_graph


@dataclass(frozen=True)
class Desk:
    """The panel and its state."""

    panel: DataPanel
    document: Document
    settings: Settings
    qtbot: QtBot

    def open(self, path: Path) -> None:
        """Open a graph and wait until it is shown."""
        with self.qtbot.waitSignal(self.document.loaded, timeout=20_000):
            self.ask_to_open(path)

    def ask_to_open(self, path: Path) -> None:
        """As the window answers `open_requested`."""
        start_task(self.document.open(path, self.settings.config.data))


@pytest.fixture
def desk(qtbot: QtBot, qt_loop: asyncio.AbstractEventLoop, preferences: Preferences) -> Iterator[Desk]:
    document, settings = Document(), Settings()
    panel = DataPanel(empty=EmptyPage(preferences), document=document, settings=settings)
    qtbot.addWidget(panel)
    made = Desk(panel, document, settings, qtbot)
    panel.open_requested.connect(made.ask_to_open)
    panel.empty.recent_asked.connect(made.ask_to_open)
    panel.resize(940, 660)
    panel.show()
    yield made
    document.cancel()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graphs") / "kg.csv"
    write_sample_graph(path, scale=0.005)
    return path
