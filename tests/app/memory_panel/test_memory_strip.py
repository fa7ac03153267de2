"""The strip with the real estimate: it follows every change of a setting, the graph and the run."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from hgt_studio.app.memory_panel import MemoryStrip
from hgt_studio.app.memory_panel.details import MemoryDetails
from hgt_studio.app.memory_panel.fit_dialog import FitDialog
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.wording import bytes_text
from hgt_studio.device.base import DeviceMemory
from hgt_studio.device.host import read_host_memory
from hgt_studio.device.monitor import MemoryReading
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.memory import GraphSizes, estimate_memory
from hgt_studio.training.events import MemoryRead
from tests.helpers.graphs import random_graph

GB = 10**9


class Graph(QObject):
    """What the strip needs of a document."""

    graph_changed = Signal()
    graph: KnowledgeGraph | None = None


class Run(QObject):
    """What the strip needs of a session."""

    event = Signal(object)  # type: ignore[assignment]
    state_changed = Signal(str)
    is_active = False


@pytest.fixture
def parts(qtbot: QtBot, qapp: QApplication) -> Iterator[Any]:
    """A strip on a Mac whose GPU may take 11 GB, without a graph."""
    owner = QObject()
    settings, graph, run = Settings(owner), Graph(owner), Run(owner)
    strip = MemoryStrip(settings=settings, document=graph, session=run, engine=None)  # type: ignore[arg-type]
    qtbot.addWidget(strip)
    devices = (SimpleNamespace(name="mps", is_available=True, recommended_bytes=11 * GB),)
    verdicts: list[tuple[str, str]] = []
    strip.verdict_changed.connect(lambda verdict, reason: verdicts.append((verdict, reason)))
    strip.set_engine_info(SimpleNamespace(devices=devices))  # type: ignore[arg-type]
    strip.model.budget_bytes = 11 * GB
    strip.model._timer.stop()
    settings.set_value("training.seed", 1)
    strip.resize(1200, 40)
    strip.show()
    yield SimpleNamespace(strip=strip, settings=settings, graph=graph, run=run, verdicts=verdicts)
    owner.deleteLater()


def test_without_a_graph_it_shows_primekg_and_says_so(parts: Any) -> None:
    expected = estimate_memory(parts.settings.config, GraphSizes.primekg(), "mps")
    assert parts.strip.model.estimate == expected
    assert parts.strip.amounts.text() == f"{bytes_text(expected.needed_bytes)} of 11 GB"
    assert parts.strip.verdict.text() == "Fits easily"
    assert "PrimeKG" in parts.strip.basis.text()


def test_a_change_of_a_setting_moves_the_bar_and_the_verdict(parts: Any) -> None:
    parts.settings.set_value("architecture.hidden_dim", 1024)
    parts.settings.set_value("sampling.batch_size", 4096)
    assert parts.strip.verdict.text() == "Does not fit"
    verdict, reason = parts.verdicts[-1]
    assert verdict == "unsafe"
    assert "room for 11 GB" in reason
    parts.settings.undo_stack.setIndex(0)
    assert parts.verdicts[-1] == ("safe", "")


def test_an_opened_graph_takes_the_place_of_the_published_counts(parts: Any, qtbot: QtBot, qt_loop: object) -> None:
    graph = random_graph(0)
    parts.graph.graph = graph
    parts.graph.graph_changed.emit()
    qtbot.waitUntil(lambda: parts.strip.model.is_of_graph)
    expected = estimate_memory(parts.settings.config, GraphSizes.from_graph(graph), "mps")
    assert parts.strip.model.estimate.needed_bytes == expected.needed_bytes
    assert parts.strip.basis.text() == ""


def test_the_parts_of_the_bar_add_up_and_tell_their_names_on_hover(parts: Any) -> None:
    bar = parts.strip.bar
    pieces = [bar.piece_at(x + 0.5) for x in range(bar.width())]
    shown = {piece.name for piece in pieces if piece is not None}
    estimate = parts.strip.model.estimate
    highest = max(estimate.trees, key=lambda phase: estimate.peak_bytes[phase])
    wide = {part.name for part in estimate.trees[highest] if part.num_bytes * bar.width() > 2 * 11 * GB}
    assert wide <= shown <= {part.name for part in estimate.trees[highest]} | {"graph and queue"}
    covered = sum(piece is not None for piece in pieces) / bar.width()
    assert covered == pytest.approx(estimate.needed_bytes / (11 * GB), abs=0.02)


def test_what_a_run_holds_is_drawn_while_it_runs(parts: Any) -> None:
    parts.run.is_active = True
    device = DeviceMemory(16 * GB, 11 * GB, 9 * GB, 2 * GB, 3 * GB, 2 * GB)
    parts.run.event.emit(MemoryRead(MemoryReading(1.0, read_host_memory(), device)))
    before = parts.strip.bar.grab().toImage()
    assert parts.strip.model.measured_bytes == 2 * GB
    parts.run.is_active = False
    parts.run.state_changed.emit("done")
    assert parts.strip.model.measured_bytes == 0
    assert parts.strip.bar.grab().toImage() != before


def open_details(parts: Any, qtbot: QtBot) -> MemoryDetails:
    qtbot.mouseClick(parts.strip.bar, Qt.MouseButton.LeftButton)
    (details,) = parts.strip.findChildren(MemoryDetails)
    assert isinstance(details, MemoryDetails)
    return details


def test_a_click_opens_the_tree_with_every_part_and_its_formula(parts: Any, qtbot: QtBot) -> None:
    model = open_details(parts, qtbot).tree.model()
    training = model.index(0, 0)
    assert training.data() == "Training"
    names = {model.index(row, 0, training).data() for row in range(model.rowCount(training))}
    assert names == {part.name for part in parts.strip.model.estimate.parts}
    assert all(model.index(row, 3, training).data() for row in range(model.rowCount(training)))


def test_the_open_tree_follows_the_settings_and_keeps_what_is_unfolded(parts: Any, qtbot: QtBot) -> None:
    details = open_details(parts, qtbot)
    tree, model = details.tree, details.tree.model()
    tree.collapse(model.index(0, 0))
    tree.expand(model.index(1, 0))
    before = model.index(0, 1).data()
    parts.settings.set_value("sampling.batch_size", 8192)
    assert model.index(0, 1).data() != before
    assert [tree.isExpanded(model.index(row, 0)) for row in range(3)] == [False, True, False]
    assert open_details(parts, qtbot) is details


def test_fit_previews_applies_and_can_be_undone(parts: Any, qtbot: QtBot, qt_loop: object) -> None:
    parts.settings.set_value("sampling.batch_size", 65536)
    assert parts.strip.verdict.text() == "Does not fit"
    qtbot.mouseClick(parts.strip.fit, Qt.MouseButton.LeftButton)
    (dialog,) = parts.strip.findChildren(FitDialog)
    apply = dialog.buttons.button(QDialogButtonBox.StandardButton.Apply)
    qtbot.waitUntil(apply.isEnabled)
    assert "Batch: 65536 ->" in dialog.preview.text()
    dialog.choices["batch_size"].click()
    assert not apply.isEnabled()
    dialog.choices["batch_size"].click()
    qtbot.waitUntil(apply.isEnabled)
    qtbot.mouseClick(apply, Qt.MouseButton.LeftButton)
    assert parts.strip.verdict.text() == "Fits easily"
    config = parts.settings.config
    assert config.sampling.batch_size * config.training.gradient_accumulation_steps == 65536
    parts.settings.undo_stack.undo()
    assert parts.settings.config.sampling.batch_size == 65536
