"""From the start of a process to the visible window, and to the first batch of the full-scale sample graph.

The limit of the window: an empty widget of Qt's, shown by a process that imports nothing else.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from tests.benchmarks.full_graph import full_scale_csv

_STARTS = 5

_WINDOW = """
import os, time
import hgt_studio.app.main as main

class Window(main.MainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        main.QTimer.singleShot(0, self.tell)  # the widgets in it are painted in the same round

    def tell(self):
        times = os.times()
        print(time.monotonic(), times.user + times.system, flush=True)
        os._exit(0)

main.MainWindow = Window
main.run_app([])
"""

_EMPTY_WINDOW = """
import os, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

class Window(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, self.tell)

    def tell(self):
        times = os.times()
        print(time.monotonic(), times.user + times.system, flush=True)
        os._exit(0)

application = QApplication([])
window = Window()
window.show()
application.exec()
"""

_FIRST_BATCH = """
import os, sys, time
from hgt_studio.config import RunConfig
from hgt_studio.device.environment import prepare_environment

config = RunConfig()
prepare_environment(config.device)
from hgt_studio.graph import load_graph
from hgt_studio.training.task import prepare_task

times = [time.monotonic()]
graph = load_graph(sys.argv[1])
times.append(time.monotonic())
task = prepare_task(graph, config, "cpu")
times.append(time.monotonic())
task.maker.make(0, task.shape)
print(*times, time.monotonic(), flush=True)
os._exit(0)
"""


def measure(device: str) -> dict[str, Any]:
    """Medians of starts after one that warms the disk, and compiles the kernels if they are not in their cache."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        window, window_cpu = _medians(_WINDOW, settings)
        empty, empty_cpu = _medians(_EMPTY_WINDOW, settings)
    imported, opened, prepared, made = _medians(_FIRST_BATCH, {}, str(full_scale_csv()))
    return {
        "start to visible window, s": window,
        "start to visible window, processor time, s": window_cpu,
        "start to an empty window of Qt's, s": empty,
        "start to an empty window of Qt's, processor time, s": empty_cpu,
        "start to engine imported, s": imported,
        "start to graph open, from cache, s": opened,
        "start to run prepared, s": prepared,
        "start to first batch, s": made,
        "opening the graph from cache, s": opened - imported,
        "the first batch alone, s": made - prepared,
    }


def _medians(program: str, settings: dict[str, str], *arguments: str) -> tuple[float, ...]:
    """Of what the program prints: times of the clock since its start, and durations."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, **settings}
    rows = []
    for _ in range(_STARTS + 1):
        start = time.monotonic()
        command = [sys.executable, "-c", program, *arguments]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        rows.append([value - start if value > start else value for value in map(float, told)])
    return tuple(statistics.median(column) for column in zip(*rows[1:], strict=True))
