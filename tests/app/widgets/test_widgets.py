"""The small widgets, by what they paint and tell."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QRect
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QLabel, QStyleOptionViewItem, QToolTip
from pytestqt.qtbot import QtBot

from hgt_studio.app.data_panel.degree_histogram import DegreeHistogram
from hgt_studio.app.theme import theme
from hgt_studio.app.widgets.bar_delegate import BAR_ROLE, Bar, BarDelegate
from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.widgets.graph_file_drop import refusal
from hgt_studio.app.widgets.notice import ErrorText, Notice
from hgt_studio.app.widgets.section_title import SecondaryLabel, SectionTitle
from hgt_studio.graph.statistics import DegreeBin

RED = QColor(255, 0, 0)


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[Callable[[], None]]:
    """Call it to turn the application dark."""
    light = QPalette(qapp.palette())
    yield lambda: qapp.setPalette(QPalette(QColor("#303030"), QColor("#202020")))
    qapp.setPalette(light)


def test_labels_follow_a_change_to_dark(qtbot: QtBot, dark: Callable[[], None]) -> None:
    labels = (SecondaryLabel("caption"), SectionTitle("title"), ErrorText())
    for label in labels:
        qtbot.addWidget(label)
        label.show()
    before = [label.palette().windowText().color().lightness() for label in labels]
    dark()
    qtbot.waitUntil(
        lambda: all(
            label.palette().windowText().color().lightness() > old for label, old in zip(labels, before, strict=True)
        ),
        timeout=2000,
    )


def test_charts_and_bars_hear_of_another_accent(qtbot: QtBot, qapp: QApplication) -> None:
    before, palette = QPalette(qapp.palette()), QPalette(qapp.palette())
    palette.setColor(QPalette.ColorRole.Accent, RED)
    try:
        with qtbot.waitSignal(theme().changed, timeout=2000):
            qapp.setPalette(palette)
        assert theme().accent == RED
    finally:
        qapp.setPalette(before)


def hovered(label: QLabel) -> str:
    """What stands in the tool tip while the mouse rests on a label."""
    place = label.rect().center()
    QApplication.sendEvent(label, QHelpEvent(QEvent.Type.ToolTip, place, label.mapToGlobal(place)))
    return QToolTip.text()


def test_a_long_text_is_cut_in_the_middle_and_whole_on_hover(qtbot: QtBot) -> None:
    label = ElidedLabel("a-very-long-file-name-of-a-knowledge-graph.csv")
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    shown = label.shown_text()
    assert "…" in shown
    assert (shown[0], shown[-3:]) == ("a", "csv")
    assert hovered(label) == label.text()
    label.setText("another-very-long-file-name.parquet")
    assert hovered(label) == label.text()
    label.setToolTip("the whole story")
    assert hovered(label) == "the whole story"
    label.setToolTip("")
    label.resize(2000, 20)
    assert label.shown_text() == label.text()
    hovered(label)
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def _painted(bar: Bar, width: int = 216) -> QImage:
    image = QImage(width, 24, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    model = QStandardItemModel()
    item = QStandardItem()
    item.setData(bar, BAR_ROLE)
    model.appendRow(item)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, width, 24)  # type: ignore[attr-defined]
    painter = QPainter(image)
    BarDelegate(model).paint(painter, option, model.index(0, 0, QModelIndex()))
    painter.end()
    return image


@pytest.mark.parametrize(("total", "kept"), [(1.0, 1.0), (1.0, 0.5), (0.5, 0.25), (0.5, 0.0)])
def test_a_bar_is_as_long_as_its_share(qtbot: QtBot, total: float, kept: float) -> None:
    image = _painted(Bar(total, kept, RED))
    line = [image.pixelColor(x, 12) for x in range(image.width())]
    full = sum(colour.green() == 0 and colour.red() == 255 for colour in line)
    any_red = sum(colour.green() < 250 for colour in line)
    assert abs(full - 200 * kept) <= 3
    assert abs(any_red - 200 * total) <= 3


@pytest.mark.parametrize("name", ["kg.csv", "KG.CSV", "kg.csv.gz", "edges.tsv", "edges.parquet"])
def test_tables_are_taken(name: str) -> None:
    assert refusal([Path(name)]) is None


@pytest.mark.parametrize("name", ["kg.xlsx", "kg.zip", "kg", "csv"])
def test_other_files_are_refused_by_name(name: str) -> None:
    assert name in (refusal([Path(name)]) or "")


def test_a_notice_can_be_closed(qtbot: QtBot) -> None:
    notice = Notice()
    qtbot.addWidget(notice)
    notice.tell("it broke; mend it")
    assert not notice.isHidden()
    notice.clear()
    assert (notice.text(), notice.isHidden()) == ("", True)


def test_bars_of_the_histogram_stand_where_there_are_nodes(qtbot: QtBot) -> None:
    histogram = DegreeHistogram()
    qtbot.addWidget(histogram)
    histogram.resize(400, 200)
    bins = (DegreeBin(0, 0, 0), DegreeBin(1, 1, 1000), DegreeBin(2, 3, 10), DegreeBin(4, 7, 1))
    histogram.show_bins(bins)
    image = histogram.grab().toImage()
    heights = [
        sum(image.pixelColor(round(histogram.bar(i).center().x()), y) == theme().accent for y in range(image.height()))
        for i in range(len(bins))
    ]
    assert heights[0] == 0
    assert heights[1] > heights[2] > heights[3] > 0, "one node can still be seen"
    decade = (heights[1] - heights[2]) / 2
    assert heights[2] - heights[3] == pytest.approx(decade, abs=2), "the scale is logarithmic"
    assert "1,000 nodes have 1 in-edges" in histogram.accessibleDescription()
