"""Start: the window is painted before anything heavy is imported; what cannot start says so in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import hgt_studio.__main__ as entry

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "torch", "pandas", "numba", "torch_geometric", "scipy", "pyarrow", "pyqtgraph", "numpy", "pydantic", "asyncio",
    "qasync", "psutil", "hgt_studio.config", "hgt_studio.device",
)  # fmt: skip

AT_FIRST_PAINT = f"""
import json, sys
import hgt_studio.app.main as main

class Window(main.MainWindow):
    first_paint = None
    def paintEvent(self, event):
        super().paintEvent(event)
        if self.first_paint is None:
            self.first_paint = [name for name in {HEAVY!r} if name in sys.modules]
    def set_workspace(self, workspace):
        super().set_workspace(workspace)
        workspace.state.engine.ready.connect(self.tell)
    def tell(self, info):
        print(json.dumps({{"painted": self.first_paint, "ready": [n for n in {HEAVY!r} if n in sys.modules],
                          "devices": [device.name for device in info.devices]}}))
        self.close()

main.MainWindow = Window
sys.exit(main.run_app([]))
"""


CLOSED_AT_ONCE = """
import sys
import hgt_studio.app.main as main

class Window(main.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        {close}

main.MainWindow = Window
sys.exit(main.run_app([]))
"""


def start(tmp_path: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment = {**kept, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), **variables}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_window_stands_before_torch_is_imported_and_the_engine_comes_up_behind_it(tmp_path):
    done = start(tmp_path, "-c", AT_FIRST_PAINT, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["painted"] == []
    assert {"torch", "numba"} <= set(told["ready"])
    assert told["devices"][-1] == "cpu"


@pytest.mark.parametrize("close", ["self.close()", "main.QTimer.singleShot(0, self.close)"])
def test_a_window_closed_before_it_is_painted_ends_the_program(tmp_path, close):
    done = start(tmp_path, "-c", CLOSED_AT_ONCE.format(close=close), QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_without_a_display_it_says_so_in_one_line(tmp_path):
    done = start(tmp_path, "-m", "hgt_studio", QT_QPA_PLATFORM="")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no display" in done.stderr


def test_a_display_that_does_not_answer_is_one_line_too(tmp_path):
    done = start(tmp_path, "-m", "hgt_studio", DISPLAY=":4242", QT_QPA_PLATFORM="xcb")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["open", "kg.csv"]])
def test_without_qt_it_says_how_to_get_it(arguments, monkeypatch, capsys):
    monkeypatch.setattr(entry, "find_spec", lambda name: None)
    assert entry.run(arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pip install" in error


def test_open_takes_one_file_or_none(monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(entry, "_open_window", lambda files: opened.append(list(files)) or 0)
    assert entry.run(["open"]) == entry.run(["open", "kg.csv"]) == entry.run([]) == 0
    assert opened == [[], ["kg.csv"], []]
    assert entry.run(["open", "one.csv", "two.csv"]) == 2
    assert "two.csv" in capsys.readouterr().err


def test_help_names_open_and_the_other_commands(tmp_path):
    done = start(tmp_path, "-m", "hgt_studio", "--help")
    assert done.returncode == 0
    assert {"open", "train", "export", "devices"} <= set(done.stdout.split())
