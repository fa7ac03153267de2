"""The chart as a widget: what is seen, moved, zoomed and saved."""

import csv
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from hgt_studio.app.charts import Chart, ChartKind, Content, Curve, Level, Marker
from hgt_studio.app.charts.plot import Plot

LOSS = ChartKind("Loss", "epoch", "The loss appears here.")
X = np.arange(5.0)
CONTENT = Content(
    (Curve("batch", X, X + 2, 6, is_faint=True), Curve("link", X, X + 1, 0), Curve("contrastive", X, 2 * X + 1, 1)),
    (Level("limit", 1000.0, "unsafe"),),
    Marker(2.0, 3.0, "best 3"),
)


@pytest.fixture
def chart(qtbot: QtBot) -> Chart:
    made = Chart(LOSS)
    qtbot.addWidget(made)
    made.resize(480, 280)
    made.show()
    return made


def shown(chart: Chart, qtbot: QtBot, content: Content = CONTENT) -> Plot:
    """Wait until the content is drawn."""
    chart.show_content(content)
    qtbot.waitUntil(lambda: chart.plot is not None and chart.plot.content is content and chart.plot.is_complete)
    assert chart.plot is not None
    return chart.plot


def point_on(plot: Plot, x: float, y: float) -> QPoint:
    """Where a point of the plane lies on the screen."""
    scene = plot.view_box.mapViewToScene(QPointF(x, y))
    return plot.widget.mapFromScene(scene)  # type: ignore[attr-defined]


def test_an_empty_chart_says_what_will_appear(chart: Chart, qtbot: QtBot) -> None:
    chart.show_content(Content())
    qtbot.wait(150)
    assert chart.plot is None, "pyqtgraph is not needed yet"
    assert any(label.text() == LOSS.empty_text and label.isVisible() for label in chart.findChildren(QLabel))
    assert not chart.save_points.isEnabled()
    shown(chart, qtbot)
    assert chart.save_points.isEnabled()


def test_curves_and_levels_are_named_at_their_ends_and_the_backdrop_is_not(chart: Chart, qtbot: QtBot) -> None:
    assert sorted(shown(chart, qtbot).label_texts()) == ["contrastive 9", "limit 1,000 ↑", "link 5"]
    assert "link 5" in chart.accessibleDescription()


def test_many_curves_come_a_few_at_a_time_and_all_of_them_come(chart: Chart, qtbot: QtBot) -> None:
    many = Content(tuple(Curve(f"curve {number}", X, X + number, number) for number in range(10)))
    plot = shown(chart, qtbot, many)
    assert {round(float(item.yData[0])) for item in plot._item.listDataItems()} == set(range(10))
    plot.show_content(Content((*many.curves, *(Curve(f"more {number}", X, X, number) for number in range(9)))))
    assert not plot.is_complete
    assert 10 < len(plot._item.listDataItems()) < 19


@pytest.mark.parametrize("x", [0.0, 2.0, 4.0])
def test_the_words_at_the_best_point_end_within_the_plot(chart: Chart, qtbot: QtBot, x: float) -> None:
    plot = shown(chart, qtbot, Content(CONTENT.curves, (), Marker(x, 5.0, "best 0.0123456")))
    plot.widget.grab()  # the words are placed when they are painted
    words, field = plot._marker_text, plot.view_box
    box = words.mapRectToScene(words.boundingRect())
    frame = field.mapRectToScene(field.boundingRect())
    assert frame.left() <= box.left() + 1
    assert box.right() - 1 <= frame.right()
    assert box.left() <= field.mapViewToScene(QPointF(x, 5.0)).x() <= box.right()


def test_nothing_is_drawn_while_hidden_and_at_most_ten_times_a_second(chart: Chart, qtbot: QtBot) -> None:
    plot = shown(chart, qtbot)
    drawn: list[Content] = []
    plot.show_content = drawn.append  # type: ignore[method-assign]
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        chart.show_content(Content(CONTENT.curves, (Level("limit", time.monotonic(), "unsafe"),)))
        qtbot.wait(5)
    assert 2 <= len(drawn) <= 6
    chart.hide()
    drawn.clear()
    chart.show_content(CONTENT)
    qtbot.wait(150)
    assert not drawn
    chart.show()
    qtbot.waitUntil(lambda: len(drawn) == 1)


@pytest.mark.parametrize(
    ("content", "is_drawn"),
    [
        (Content(tuple(Curve(c.name, c.x.copy(), c.y.copy(), c.colour, c.is_faint) for c in CONTENT.curves)), True),
        (Content(CONTENT.curves, (Level("limit", 1000.0, "unsafe"),), Marker(2.0, 3.0, "best 3")), False),
        (Content(CONTENT.curves, CONTENT.levels, Marker(2.0, 3.5, "best 3.5")), True),
        (Content((*CONTENT.curves[:2], Curve("contrastive", X, X, 1)), CONTENT.levels, CONTENT.marker), True),
    ],
)
def test_what_looks_the_same_is_not_drawn_again(chart: Chart, qtbot: QtBot, content: Content, is_drawn: bool) -> None:
    plot = shown(chart, qtbot)
    drawn: list[Content] = []
    plot.show_content = drawn.append  # type: ignore[method-assign]
    chart.show_content(content)
    qtbot.wait(150)
    assert bool(drawn) == is_drawn


def test_charts_with_different_delays_are_not_drawn_in_one_go(qtbot: QtBot) -> None:
    charts = [Chart(LOSS, delay_ms=delay) for delay in (0, 60)]
    moments: list[float] = []
    for chart in charts:
        qtbot.addWidget(chart)
        chart.show()
        shown(chart, qtbot).show_content = lambda content: moments.append(time.monotonic())  # type: ignore[method-assign]
    qtbot.wait(200)
    for chart in charts:
        chart.show_content(Content(CONTENT.curves))
    qtbot.waitUntil(lambda: len(moments) == 2)
    assert moments[1] - moments[0] > 0.03


def test_the_crosshair_tells_the_values_and_goes_with_the_pointer(chart: Chart, qtbot: QtBot) -> None:
    plot = shown(chart, qtbot)
    viewport = plot.widget.viewport()  # type: ignore[attr-defined]
    qtbot.mouseMove(viewport, point_on(plot, 3.0, 5.0))
    qtbot.waitUntil(plot.crosshair.box.isVisible)
    words = plot.crosshair.box.text()
    assert 'contrastive</td><td align="right">&nbsp;7 ' in words
    assert 'link</td><td align="right">&nbsp;4 ' in words
    qtbot.wait(50)  # pyqtgraph leaves out movements that follow within a hundredth of a second
    qtbot.mouseMove(viewport, QPoint(2, 2))
    qtbot.waitUntil(lambda: not plot.crosshair.box.isVisible())


def test_zoom_holds_while_points_come_and_reset_follows_again(chart: Chart, qtbot: QtBot) -> None:
    plot = shown(chart, qtbot)
    everything = plot.view_box.viewRange()
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Plus)
    near = plot.view_box.viewRange()
    assert near[0][1] - near[0][0] < everything[0][1] - everything[0][0]
    longer = Content((Curve("link", np.arange(50.0), np.arange(50.0), 0),))
    shown(chart, qtbot, longer)
    assert plot.view_box.viewRange() == near
    qtbot.mouseDClick(plot.widget.viewport(), Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    assert plot.view_box.viewRange()[0][1] > 49


def test_the_wheel_scrolls_the_page_and_zooms_with_the_control_key(chart: Chart, qtbot: QtBot) -> None:
    plot = shown(chart, qtbot)
    before = plot.view_box.viewRange()

    def wheel(keys: Qt.KeyboardModifier) -> bool:
        viewport = plot.widget.viewport()  # type: ignore[attr-defined]
        place = QPointF(point_on(plot, 2.0, 3.0))
        event = QWheelEvent(
            place, QPointF(viewport.mapToGlobal(place)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)
        return event.isAccepted()

    assert not wheel(Qt.KeyboardModifier.NoModifier), "left to the scroll area around the chart"
    assert plot.view_box.viewRange() == before
    wheel(Qt.KeyboardModifier.ControlModifier)
    assert plot.view_box.viewRange() != before


def test_log_scale_by_key_shows_logarithms(chart: Chart, qtbot: QtBot) -> None:
    plot = shown(chart, qtbot, Content((Curve("link", X, 10.0**X, 0),)))
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_L)
    assert chart.log_scale.isChecked()
    low, high = plot.view_box.viewRange()[1]
    assert -1 < low < 0
    assert 4 < high < 5


def test_colours_follow_light_and_dark(chart: Chart, qtbot: QtBot, qapp: QApplication) -> None:
    plot = shown(chart, qtbot)
    light = qapp.palette()
    try:
        qapp.setPalette(QPalette(QColor("#3a3a3c"), QColor("#1e1e1e")))
        qapp.processEvents()
        assert plot.widget.backgroundBrush().color() == qapp.palette().base().color()  # type: ignore[attr-defined]
    finally:
        qapp.setPalette(light)
    qapp.processEvents()
    assert plot.widget.backgroundBrush().color() == light.base().color()  # type: ignore[attr-defined]


def save_by_dialog(chart: Chart, path: Path, qtbot: QtBot) -> None:
    """Choose a file in the dialog that is open."""
    (dialog,) = chart.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(lambda: not chart.findChildren(QFileDialog))


def test_points_are_saved_as_they_are(chart: Chart, qtbot: QtBot, tmp_path: Path) -> None:
    shown(chart, qtbot)
    chart.save_points.trigger()
    save_by_dialog(chart, tmp_path / "loss.csv", qtbot)
    with (tmp_path / "loss.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {name: [float(row["value"]) for row in rows if row["curve"] == name] for name in ("link", "contrastive")}
    assert found == {"link": (X + 1).tolist(), "contrastive": (2 * X + 1).tolist()}
    assert [float(row["epoch"]) for row in rows if row["curve"] == "link"] == X.tolist()


def test_images_are_saved_sharp_or_as_vectors(chart: Chart, qtbot: QtBot, tmp_path: Path) -> None:
    plot = shown(chart, qtbot)
    chart.save_image.trigger()
    save_by_dialog(chart, tmp_path / "loss.png", qtbot)
    image = QImage(str(tmp_path / "loss.png"))
    assert image.width() == 2 * plot.widget.width()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    assert {"#4477aa", "#ee6677"} <= colours, "both curves are in it"
    chart.save_image.trigger()
    save_by_dialog(chart, tmp_path / "loss.svg", qtbot)
    drawing = ElementTree.parse(tmp_path / "loss.svg").getroot()
    assert any("#4477aa" in (each.get("stroke") or "") for each in drawing.iter())
    assert {"Loss", "link 5"} <= {each.text for each in drawing.iter() if each.tag.endswith("text")}


def test_a_file_that_cannot_be_written_is_told(chart: Chart, qtbot: QtBot, tmp_path: Path) -> None:
    shown(chart, qtbot)
    chart.save_points.trigger()
    save_by_dialog(chart, tmp_path / "missing" / "loss.csv", qtbot)
    (box,) = chart.findChildren(QMessageBox)
    assert "there is no folder" in box.text() + box.informativeText()
    box.close()


def test_a_hundred_thousand_points_are_redrawn_quickly(chart: Chart, qtbot: QtBot) -> None:
    rng, x = np.random.default_rng(0), np.arange(100_000.0)
    walks = [Content((Curve("loss", x, np.cumsum(rng.normal(size=len(x))), 0),)) for _ in range(15)]
    plot = shown(chart, qtbot, walks[0])
    seconds = []
    for walk in walks:
        start = time.process_time()
        plot.show_content(walk)
        plot.widget.viewport().repaint()  # type: ignore[attr-defined]
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.02, "of one core: about 7 ms"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there")
def test_redrawing_loses_no_reference_to_none(chart: Chart, qtbot: QtBot) -> None:
    plot = shown(chart, qtbot)
    before = sys.getrefcount(None)
    for _ in range(100):
        plot.show_content(CONTENT)
        plot.widget.viewport().repaint()  # type: ignore[attr-defined]
    assert sys.getrefcount(None) > before - 50, "PySide6 6.12.0 loses eleven with each call of setData"
