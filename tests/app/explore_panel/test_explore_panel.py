"""The Explore tab with a real run: search, click, neighbours, predictions."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from hgt_studio.app.engine import Engine
from hgt_studio.app.explore_panel import ExplorePanel
from hgt_studio.app.explore_panel.map_view import MapView
from hgt_studio.explore import nearest_neighbours


@pytest.fixture
def panel(qtbot: QtBot, qt_loop: object, engine: Engine) -> ExplorePanel:
    made = ExplorePanel(engine=engine)
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.show()
    return made


@pytest.fixture
def opened(qtbot: QtBot, panel: ExplorePanel, trained_run: Path) -> ExplorePanel:
    with qtbot.waitSignal(panel.explorer.opened, timeout=60_000):
        panel.set_run(trained_run)
    return panel


def test_before_a_run_it_says_what_will_appear(panel: ExplorePanel) -> None:
    assert "train one" in panel.map.empty_text
    assert not panel.finder.search.isEnabled()


def test_finding_a_node_shows_its_neighbours_and_marks_them(qtbot: QtBot, opened: ExplorePanel) -> None:
    space = opened.explorer.space
    assert space is not None
    wanted = space.name(7)
    qtbot.keyClicks(opened.finder.search, wanted)
    qtbot.waitUntil(lambda: opened.finder.results.count() > 0)
    qtbot.keyClick(opened.finder.search, Qt.Key.Key_Return)
    assert opened.details.name.text() == wanted
    table = opened.details.neighbours
    qtbot.waitUntil(lambda: table.model().rowCount() == 50)
    node = opened._node
    assert node is not None
    expected = nearest_neighbours(space, node, 50)
    assert table.model().index(0, 0).data() == space.name(expected[0].node)
    assert opened.map._near == [near.node for near in expected]
    opened.details.types.setCurrentText("disease")
    opened.details.types.activated.emit(0)
    qtbot.waitUntil(lambda: {table.model().index(r, 1).data() for r in range(table.model().rowCount())} == {"disease"})
    table.copy()
    assert QApplication.clipboard().text().splitlines()[0] == "id,node,type,cosine"


def test_a_click_on_a_point_chooses_its_node(qtbot: QtBot, opened: ExplorePanel) -> None:
    place = opened.map._to_screen(11).toPoint()
    expected = opened.map.node_at(QPointF(place))
    qtbot.mouseClick(opened.map, Qt.MouseButton.LeftButton, pos=place)
    assert opened._node == expected is not None


def test_hidden_types_are_neither_painted_nor_hit(qtbot: QtBot, opened: ExplorePanel) -> None:
    place = QPointF(opened.map._to_screen(11))
    before = opened.map.grab().toImage()
    for row in range(opened.finder.legend.count()):
        opened.finder.legend.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert opened.map.node_at(place) is None
    assert opened.map.grab().toImage() != before


def test_predictions_need_the_network_once_and_then_follow_the_node(qtbot: QtBot, opened: ExplorePanel) -> None:
    opened.choose(11)
    assert not opened.details.questions.isVisibleTo(opened)
    with qtbot.waitSignal(opened.explorer.ranker_opened, timeout=60_000):
        opened.details.load.click()
    ranker = opened.explorer.ranker
    assert ranker is not None
    table = opened.details.predictions
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    triplet, missing = opened.details.questions.currentData()
    expected = ranker.rank(11, triplet, missing, 50, hide_known=True)
    assert [table.model().index(row, 2).data() for row in range(3)] == [f"{one.score:.3f}" for one in expected[:3]]
    opened.choose(3)
    questions = [opened.details.questions.itemData(row) for row in range(opened.details.questions.count())]
    assert questions == ranker.questions(3)


def test_a_run_without_embeddings_is_told(qtbot: QtBot, panel: ExplorePanel, tmp_path: Path) -> None:
    with qtbot.waitSignal(panel.explorer.failed, timeout=60_000):
        panel.set_run(tmp_path)
    (box,) = panel.findChildren(QMessageBox)
    assert "has no embeddings yet" in box.text()
    box.close()


def test_zoom_keeps_what_is_under_the_mouse_and_double_click_shows_all(qtbot: QtBot, qapp: QApplication) -> None:
    view = MapView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    plane = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    view.show()
    view.show_points(plane, np.zeros(500, np.int16))
    inside = view._screen()
    assert ((inside > 0) & (inside < (400, 300))).all()
    before = view._to_screen(42)
    view._zoom(2.0, before)
    after = view._to_screen(42)
    assert (after - before).manhattanLength() < 1e-6
    assert view._scale > 0
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    np.testing.assert_allclose(view._screen(), inside)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert not np.allclose(view._screen(), inside)
    qtbot.keyClick(view, Qt.Key.Key_0)
    np.testing.assert_allclose(view._screen(), inside)


def test_all_of_primekg_is_painted_within_a_few_frames(qtbot: QtBot, qapp: QApplication) -> None:
    view = MapView()
    qtbot.addWidget(view)
    view.resize(1000, 800)
    generator = np.random.default_rng(0)
    view.show_points(generator.normal(size=(129_375, 2)).astype(np.float32), generator.integers(0, 10, 129_375))
    image = view._render()
    colours = {image.pixel(x, y) for x in range(300, 700, 7) for y in range(200, 600, 7)}
    assert len(colours) >= 8
