"""A display of its own for real windows. Each journey is a process of its own: one application, one screen."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOURNEY_SECONDS = 150


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The name of an X display without a screen."""
    if find_spec("PySide6") is None:
        pytest.skip("PySide6 is not installed")
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed: no display for real windows")
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL) as server:
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        yield f":{number}"
        server.terminate()


@pytest.fixture
def journey(display: str, tmp_path: Path) -> Callable[..., None]:
    """Runs one journey of `tests.ui.journeys` in a fresh process with a home folder of its own."""

    def run(name: str, *arguments: object) -> None:
        home = tmp_path / "home"
        home.mkdir()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "QT_", "WAYLAND"))}
        environment = {
            **kept, "HOME": str(home), "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONFAULTHANDLER": "1",
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.ui.journeys", name, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=JOURNEY_SECONDS, check=False
        )
        if "no Qt platform plugin could be initialized" in done.stderr:
            pytest.skip("Qt's xcb plugin lacks system libraries (libxcb-cursor0, libxcb-icccm4, libxcb-keysyms1 ...)")
        assert done.returncode == 0, done.stdout + done.stderr

    return run
