"""The panel from the invitation to the filtered summary, driven by mouse and keyboard."""

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QDialogButtonBox, QPushButton, QTableView

from hgt_studio.app.data_panel.mapping_dialog import MappingDialog
from hgt_studio.app.preferences import Preferences
from hgt_studio.config import ColumnMapping
from hgt_studio.errors import InputError

if TYPE_CHECKING:
    from tests.app.data_panel.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
DATA = Path(__file__).resolve().parents[3] / "../shared/data"
ARROWS = "from,verb,to\na,likes,b\nb,likes,c\nc,hates,a\n"


def button(desk: "Desk", words: str) -> QPushButton:
    return next(b for b in desk.panel.findChildren(QPushButton) if words in b.text().replace("&", ""))


def table(desk: "Desk", name: str) -> QTableView:
    return next(t for t in desk.panel.findChildren(QTableView) if t.accessibleName() == name)


def column(view: QTableView, number: int) -> list[str]:
    model = view.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def click_check_box(desk: "Desk", view: QTableView, name: str) -> None:
    index = view.model().index(column(view, 0).index(name), 0)
    view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
    rect = view.visualRect(index)
    desk.qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(rect.left() + 10, rect.center().y()))


def drop(desk: "Desk", *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, no_key = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(desk.panel, QDragEnterEvent(QPoint(30, 30), copy, mime, LEFT, no_key))
    assert desk.panel.is_highlighted
    QApplication.sendEvent(desk.panel, QDropEvent(QPointF(30, 30), copy, mime, LEFT, no_key))
    assert not desk.panel.is_highlighted


def test_a_dropped_file_is_opened_and_summed_up(desk: "Desk", sample: Path) -> None:
    with desk.qtbot.waitSignal(desk.document.loaded, timeout=20_000):
        drop(desk, sample)
    with sample.open(newline="") as file:
        rows = list(csv.DictReader(file))
    relations = Counter(row["relation"] for row in rows)
    nodes = Counter(kind for _, kind in {(row[f"{end}_index"], row[f"{end}_type"]) for row in rows for end in "xy"})
    shown = table(desk, "Relations")
    assert dict(zip(column(shown, 0), column(shown, 2), strict=True)) == {k: f"{n:,}" for k, n in relations.items()}
    assert column(shown, 0)[0] == relations.most_common(1)[0][0], "the largest stands first"
    shown = table(desk, "Node types")
    assert dict(zip(column(shown, 0), column(shown, 1), strict=True)) == {k: f"{n:,}" for k, n in nodes.items()}
    assert f"{sum(nodes.values()):,} nodes and {len(rows):,} edges" in desk.panel.summary.words()


@pytest.mark.parametrize("name", ["notes.docx", "graphs"])
def test_other_things_are_refused_in_a_friendly_line(desk: "Desk", tmp_path: Path, name: str) -> None:
    (tmp_path / "graphs").mkdir()
    desk.panel.open_requested.connect(lambda path: pytest.fail(f"{path} was opened"))
    drop(desk, tmp_path / name)
    assert name in desk.panel.notice.text()
    assert desk.panel.notice.isVisible()


def test_two_files_at_once_are_refused(desk: "Desk", sample: Path) -> None:
    drop(desk, sample, sample.with_name("other.csv"))
    assert "single file" in desk.panel.notice.text()


def test_the_highlight_goes_when_the_drag_leaves(desk: "Desk", sample: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(sample))])
    copy, no_key = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(desk.panel, QDragEnterEvent(QPoint(30, 30), copy, mime, LEFT, no_key))
    QApplication.sendEvent(desk.panel, QDragLeaveEvent())
    assert not desk.panel.is_highlighted


def test_a_click_on_a_check_box_leaves_a_type_out(desk: "Desk", sample: Path) -> None:
    desk.open(sample)
    with desk.qtbot.waitSignal(desk.document.graph_changed, timeout=10_000):
        click_check_box(desk, table(desk, "Node types"), "drug")
        statistics = desk.document.statistics
        assert statistics is not None
        nodes = statistics.num_nodes - statistics.node_types["drug"]
        edges = sum(n for t, n in statistics.triplet_edges.items() if "drug" not in (t.source_type, t.destination_type))
        assert f"{nodes:,} of" in desk.panel.summary.words(), "told at once, before the graph is filtered"
        assert f"{edges:,} of" in desk.panel.summary.words()
    assert desk.settings.config.data.exclude_node_types == ("drug",)
    assert f"A run trains on {nodes:,} nodes and {edges:,} edges" in desk.panel.summary.words()
    desk.settings.undo_stack.undo()
    assert desk.settings.config.data.exclude_node_types == ()
    assert table(desk, "Node types").model().index(0, 0).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked


def test_space_turns_the_selected_relations(desk: "Desk", sample: Path) -> None:
    desk.open(sample)
    view = table(desk, "Relations")
    names = column(view, 0)[:3]
    view.setFocus()
    view.selectRow(0)
    desk.qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    desk.qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    desk.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert set(desk.settings.config.data.exclude_relations) == set(names)
    desk.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert desk.settings.config.data.exclude_relations == ()


def test_leaving_everything_out_says_so_and_keep_all_heals(desk: "Desk", sample: Path) -> None:
    desk.open(sample)
    view = table(desk, "Node types")
    view.selectAll()
    with desk.qtbot.waitSignal(desk.document.graph_changed, timeout=10_000):
        desk.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert "leave no edge" in desk.panel.summary.words()
    with desk.qtbot.waitSignal(desk.document.graph_changed, timeout=10_000):
        desk.qtbot.mouseClick(button(desk, "Keep all"), LEFT)
    assert "All node types and relations are kept." in desk.panel.summary.words()
    assert not button(desk, "Keep all").isEnabled()


def test_a_node_limit_is_followed(desk: "Desk", sample: Path) -> None:
    desk.open(sample)
    with desk.qtbot.waitSignal(desk.document.graph_changed, timeout=10_000):
        desk.settings.set_value("data.limit_nodes", 200)
        assert "Counting" in desk.panel.summary.words()
    assert desk.document.graph is not None
    assert desk.document.graph.num_nodes == 200
    assert "A run trains on 200 nodes" in desk.panel.summary.words()


def test_while_training_the_filters_stand_still(desk: "Desk", sample: Path) -> None:
    desk.open(sample)
    desk.settings.set_locked(True)
    click_check_box(desk, table(desk, "Node types"), "drug")
    view = table(desk, "Relations")
    view.selectAll()
    desk.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert desk.settings.config.data.exclude_node_types == ()
    assert desk.settings.config.data.exclude_relations == ()
    assert not button(desk, "Keep all").isVisible()


def test_a_click_on_a_header_sorts_by_number(desk: "Desk", sample: Path) -> None:
    desk.open(sample)
    view = table(desk, "Node types")
    header = view.horizontalHeader()
    middle = QPoint(header.sectionViewportPosition(1) + header.sectionSize(1) // 2, header.height() // 2)
    desk.qtbot.mouseClick(header.viewport(), LEFT, pos=middle)
    counts = [int(text.replace(",", "")) for text in column(view, 1)]
    assert counts == sorted(counts)


def test_names_stay_readable_in_a_narrow_panel(desk: "Desk", sample: Path) -> None:
    desk.open(sample)
    view = table(desk, "Relations")
    assert not view.isColumnHidden(1)
    desk.panel.resize(780, 660)
    desk.qtbot.waitUntil(lambda: view.isColumnHidden(1), timeout=2000)
    longest = max(column(view, 0), key=len)
    assert view.columnWidth(0) > view.fontMetrics().horizontalAdvance(longest) / 2
    index = view.model().index(column(view, 0).index("indication"), 0)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "indication: disease – drug"


def test_a_bad_file_is_told_and_the_invitation_stays(desk: "Desk", tmp_path: Path, sample: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("".join(sample.read_text().splitlines(keepends=True)[:9]) + "a,row,too,short\n")
    with desk.qtbot.waitSignal(desk.document.failed, timeout=10_000) as failed:
        desk.ask_to_open(bad)
    assert isinstance(failed.args[0], InputError)
    assert desk.panel.notice.text() == str(failed.args[0])
    assert "row 10" in desk.panel.notice.text()
    assert desk.panel.empty.isVisible()


def test_cancel_goes_back_to_the_invitation(desk: "Desk", sample: Path) -> None:
    with desk.qtbot.waitSignal(desk.document.loading_started, timeout=5000):
        desk.ask_to_open(sample)
    assert desk.panel.loading.isVisible()
    desk.qtbot.mouseClick(button(desk, "Cancel"), LEFT)
    assert desk.panel.empty.isVisible()
    assert not desk.document.is_loading


def test_recent_files_open_with_a_click(desk: "Desk", preferences: Preferences, sample: Path) -> None:
    preferences.add_recent_file(sample)
    with desk.qtbot.waitSignal(desk.document.loaded, timeout=20_000):
        desk.qtbot.mouseClick(button(desk, sample.name), LEFT)
    assert desk.document.path == sample


def _mapping_dialog(desk: "Desk", path: Path) -> MappingDialog:
    with desk.qtbot.waitSignal(desk.document.mapping_needed, timeout=10_000):
        desk.ask_to_open(path)
    (dialog,) = desk.panel.findChildren(MappingDialog)
    return dialog


def test_a_foreign_table_is_mapped_and_opened(desk: "Desk", tmp_path: Path, sample: Path) -> None:
    path = tmp_path / "arrows.csv"
    path.write_text(ARROWS)
    dialog = _mapping_dialog(desk, path)
    boxes = {box.objectName(): box for box in dialog.findChildren(QComboBox)}
    assert (boxes["head"].currentText(), boxes["tail"].currentText()) == ("from", "to"), "guessed"
    boxes["relation"].setCurrentText("verb")
    headers = [dialog.rows.headerData(i, Qt.Orientation.Horizontal) for i in range(3)]
    assert headers == ["from\nHead", "verb\nRelation", "to\nTail"]
    with desk.qtbot.waitSignal(desk.document.loaded, timeout=10_000):
        desk.qtbot.mouseClick(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open), LEFT)
    assert desk.settings.config.data.columns == ColumnMapping(head="from", relation="verb", tail="to")
    assert set(column(table(desk, "Relations"), 0)) == {"likes", "hates"}
    desk.open(sample)
    assert desk.settings.config.data.columns is None, "a run reads PrimeKG's columns by their names"


def test_a_table_without_a_header_is_guessed(desk: "Desk") -> None:
    path = DATA / "umls" / "train.txt"
    if not path.exists():
        pytest.skip("the folder of real graphs is not beside this checkout")
    dialog = _mapping_dialog(desk, path)
    with desk.qtbot.waitSignal(desk.document.loaded, timeout=10_000):
        desk.qtbot.mouseClick(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open), LEFT)
    relations = {line.split("\t")[1] for line in path.read_text().splitlines()}
    assert set(column(table(desk, "Relations"), 0)) == relations


def test_a_mapping_without_a_tail_cannot_be_used(desk: "Desk", tmp_path: Path) -> None:
    path = tmp_path / "arrows.csv"
    path.write_text(ARROWS)
    dialog = _mapping_dialog(desk, path)
    accept = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open)
    for role, column_name, problem in (
        ("tail", "none", "Choose the columns of head and tail."),
        ("tail", "from", "Head and tail are the same column; choose two."),
        ("head_type", "verb", ""),
    ):
        box = dialog.findChild(QComboBox, role)
        before = box.currentText()
        box.setCurrentText(column_name)
        assert not accept.isEnabled()
        assert not problem or dialog.problem() == problem
        box.setCurrentText(before)
        assert accept.isEnabled()
    dialog.reject()
    assert desk.panel.empty.isVisible()
