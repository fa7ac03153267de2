"""The window: how late its events come while training uses every core, and how long an edit and a redraw take."""

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tests.ui.driver import Driver

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TRAINING_SECONDS = 20.0
TICK_SECONDS = 0.01
SAMPLE_SCALE = 0.1


def measure(device: str) -> dict[str, Any]:
    """Figures of the window on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update({"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "XDG_CACHE_HOME": folder})
        return _figures_of_a_run(Path(folder), device)


def _figures_of_a_run(folder: Path, device: str) -> dict[str, float]:
    """Load a sample graph and train on it in the whole window, while a timer of 10 ms notes how late it comes."""
    from hgt_studio.graph.synthetic import write_sample_graph
    from tests.ui.driver import Driver, drive

    graph = folder / "kg.csv"
    write_sample_graph(graph, scale=SAMPLE_SCALE)
    figures: dict[str, float] = {}

    async def journey(app: Driver) -> None:
        app.state.preferences.set_runs_folder(folder / "runs")
        await app.until(lambda: app.state.engine.info is not None, 120)
        lateness = _Lateness()
        app.drop(graph)
        await app.until(lambda: app.state.document.path == graph)
        figures.update(lateness.figures("loading"))
        wall, processor = zip(*(_edit_ms(app, number) for number in range(20)), strict=True)
        figures["an edit and all that follows, painted, worst of 20 (ms)"] = max(wall)
        figures["an edit and all that follows, painted, processor time, worst of 20 (ms)"] = max(processor)
        figures["redraw of a chart of 100,000 points, median of 20 (ms)"] = await _redraw_ms()
        seen: list[object] = []
        app.state.session.event.connect(seen.append)
        app.workspace.run_control.train()
        await app.until(lambda: any(type(event).__name__ == "StepsDone" for event in seen), 300)
        lateness = _Lateness()
        await asyncio.sleep(TRAINING_SECONDS)
        figures.update(lateness.figures("training"))
        app.state.session.stop()
        await app.until(lambda: not app.state.session.is_active)

    if drive(journey, []) != 0:
        raise RuntimeError("the journey failed; see above")
    return figures


def _edit_ms(app: "Driver", number: int) -> tuple[float, float]:
    """From an edit to the end of all that follows from it, painting included: by the clock and on the processor."""
    start, processor = time.perf_counter(), time.thread_time()
    app.state.settings.set_value("sampling.batch_size", 256 + number)
    app.workspace.memory_strip.repaint()
    app.workspace.settings_panel.repaint()
    return (time.perf_counter() - start) * 1000, (time.thread_time() - processor) * 1000


async def _redraw_ms() -> float:
    """A loss curve of 100,000 steps that grows by one: new content and painting."""
    from hgt_studio.app.charts import Chart, ChartKind, Content, Curve

    x = np.arange(100_000.0)
    y = np.exp(-x / 30_000) + np.random.default_rng(0).normal(0, 0.05, len(x))
    chart = Chart(ChartKind("Loss", "epoch", ""))
    chart.resize(480, 320)
    chart.show()
    chart.show_content(Content((Curve("batch", x, y, 0),)))
    while chart.plot is None:
        await asyncio.sleep(0.01)
    times = []
    for number in range(20):
        shorter = len(x) - number
        start = time.perf_counter()
        chart.plot.show_content(Content((Curve("batch", x[:shorter], y[:shorter], 0),)))
        chart.plot.widget.viewport().repaint()  # type: ignore[attr-defined]
        times.append((time.perf_counter() - start) * 1000)
    chart.deleteLater()
    return statistics.median(times)


class _Lateness:
    """How much later than asked for each tick of a timer on the UI thread comes."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._late_ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(round(TICK_SECONDS * 1000))

    def figures(self, while_: str) -> dict[str, float]:
        self._timer.stop()
        ordered = sorted(self._late_ms)
        shares = {"p50": 0.5, "p99": 0.99}
        found = {f"lateness while {while_}, {name} (ms)": ordered[int(s * len(ordered))] for name, s in shares.items()}
        return {**found, f"lateness while {while_}, worst (ms)": ordered[-1]}

    def _tick(self) -> None:
        now = time.perf_counter()
        self._late_ms.append(max(0.0, (now - self._last - TICK_SECONDS) * 1000))
        self._last = now
