"""Pictures of every screen, light and dark, small and large: `python -m tests.ui.screenshots FOLDER`."""

import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QPushButton

from hgt_studio.app.theme import theme
from hgt_studio.graph.synthetic import write_sample_graph
from tests.ui.driver import Driver, drive
from tests.ui.journeys import open_by_drop, use_small_settings, wait_for

SETTLING_SECONDS = 0.3
SECONDS_TO_EXPLORE = 5.0
LARGE_FONT_FACTOR = 1.5


@dataclass(frozen=True)
class Look:
    """How a screen is shown."""

    is_light: bool
    width: int
    height: int
    font_factor: float = 1.0

    def __str__(self) -> str:
        large = "-large" if self.font_factor > 1 else ""
        return f"{'light' if self.is_light else 'dark'}-{self.width}x{self.height}{large}"


def dark_palette() -> QPalette:
    """As Qt's own style is on dark desktops; without a desktop Qt does not change the scheme itself."""
    palette = QPalette(QColor("#3a3a3c"), QColor("#1e1e1e"))
    roles = QPalette.ColorRole
    for role, colour in ((roles.Base, "#2a2a2a"), (roles.Highlight, "#308cc6"), (roles.Accent, "#308cc6")):
        palette.setColor(role, QColor(colour))
    return palette


LOOKS = (
    Look(True, 1280, 800),
    Look(False, 1280, 800),
    Look(True, 1920, 1080),
    Look(False, 1920, 1080),
    Look(True, 1024, 700),
    Look(True, 1280, 800, LARGE_FONT_FACTOR),
)


async def capture(app: Driver, folder: Path, screen: str) -> None:
    """The window as it is now, in every look."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    font, palette = application.font(), application.palette()
    for look in LOOKS:
        application.setPalette(palette if look.is_light else dark_palette())
        theme().changed.emit()
        scaled = QFont(font)
        scaled.setPointSizeF(font.pointSizeF() * look.font_factor)
        application.setFont(scaled)
        app.window.resize(look.width, look.height)
        await asyncio.sleep(SETTLING_SECONDS)
        app.window.grab().save(str(folder / f"{screen}-{look}.png"))
    application.setFont(font)
    application.setPalette(palette)
    theme().changed.emit()
    app.window.resize(LOOKS[0].width, LOOKS[0].height)


async def take_all(app: Driver, folder: Path, graph: Path) -> None:
    """From the empty window to the list of runs."""
    window, tabs = app.window, app.window.tabs
    await app.until(lambda: app.state.engine.info is not None, 120)
    await capture(app, folder, "1-empty")
    await open_by_drop(app, graph)
    await capture(app, folder, "2-ready")
    use_small_settings(app, num_epochs=30)
    app.workspace.run_control.train()
    await app.until(lambda: app.state.session.state == "running")
    epochs: list[object] = []
    app.state.session.event.connect(lambda event: epochs.append(event) if type(event).__name__ == "Evaluated" else None)
    await app.until(lambda: len(epochs) >= 5 or not app.state.session.is_active, 200)
    await capture(app, folder, "3-training")
    app.state.session.stop()
    await wait_for(app, "stopped")
    await capture(app, folder, "4-stopped")
    app.click(app.find(QPushButton, "Resume", window.banner))
    await wait_for(app, "done")
    tabs.setCurrentWidget(tabs.training_panel)
    await capture(app, folder, "5-done")
    directory = app.state.session.directory
    assert directory is not None
    tabs.show_explore(directory)
    await asyncio.sleep(SECONDS_TO_EXPLORE)
    await capture(app, folder, "8-explore")
    tabs.setCurrentWidget(tabs.export_panel)
    await capture(app, folder, "6-export")
    tabs.setCurrentWidget(tabs.runs_panel)
    await capture(app, folder, "7-runs")


def main() -> int:
    """Take the pictures."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ.update({"HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "XDG_CACHE_HOME": home})
        graph = Path(home) / "kg.csv"
        write_sample_graph(graph, scale=0.01)
        return drive(lambda app: take_all(app, folder, graph), [])


if __name__ == "__main__":
    sys.exit(main())
