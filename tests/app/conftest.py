"""Qt without a screen, an asyncio loop on Qt's, one engine for all tests; Qt's own warnings fail a test."""

import asyncio
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
collect_ignore_glob = [] if find_spec("PySide6") else ["*"]

if TYPE_CHECKING:
    from hgt_studio.app.engine import Engine
    from hgt_studio.app.preferences import Preferences
    from hgt_studio.app.state.settings import Settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))  # of the offscreen platform


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """The class of pytest-qt's application: ours."""
    from hgt_studio.app.application import Application

    return Application


@pytest.fixture
def preferences(tmp_path: Path) -> "Preferences":
    """Preferences of this test alone; runs go into a folder of its own."""
    from PySide6.QtCore import QSettings

    from hgt_studio.app.preferences import Preferences

    made = Preferences(QSettings(str(tmp_path / "preferences.ini"), QSettings.Format.IniFormat))
    made.set_runs_folder(tmp_path / "runs")
    made.set_export_folder(tmp_path)
    return made


@pytest.fixture
def qt_loop(qapp: Any) -> Iterator[asyncio.AbstractEventLoop]:
    """Asyncio on Qt's loop: coroutines run while pytest-qt waits (`qtbot.waitSignal`, `qtbot.waitUntil`)."""
    import qasync

    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    asyncio._set_running_loop(loop)
    yield loop
    tasks = asyncio.all_tasks(loop)
    for task in tasks:  # what the test left half done
        task.cancel()
    while not all(task.done() for task in tasks):
        qapp.processEvents()
    asyncio._set_running_loop(None)
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(scope="session")
def engine(qapp: Any) -> Iterator["Engine"]:
    """The real engine, started once; jobs given before it is ready wait."""
    from hgt_studio.app.engine import Engine
    from hgt_studio.config import DeviceConfig

    made = Engine(DeviceConfig())
    made.start()
    yield made
    made.shut_down()


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory: pytest.TempPathFactory, engine: "Engine") -> Path:
    """A run of one epoch on a small sample graph, trained on the engine's thread."""
    from hgt_studio.config import RunConfig, apply_overrides
    from hgt_studio.graph.synthetic import write_sample_graph
    from hgt_studio.pipeline import train_run
    from tests.helpers.command_line import QUICK_SETTINGS

    folder = tmp_path_factory.mktemp("run")
    write_sample_graph(folder / "kg.csv", scale=0.002)
    config = apply_overrides(RunConfig(), [*QUICK_SETTINGS, "training.num_epochs=1"])
    return engine.submit(lambda: train_run(folder / "kg.csv", folder / "first run", config)).result().directory


@pytest.fixture
def settings(qapp: Any) -> Iterator["Settings"]:
    """The settings at their defaults."""
    from hgt_studio.app.state.settings import Settings

    made = Settings()
    yield made
    made.deleteLater()
