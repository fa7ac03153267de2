"""Every kind of setting that a configuration may declare gets a control that gives values the configuration takes."""

from pathlib import Path
from typing import Any, Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from hgt_studio.app.settings_panel.control_for import control_for
from hgt_studio.app.settings_panel.controls import Control
from hgt_studio.app.settings_panel.file_control import FileControl
from hgt_studio.config.field import Section, setting


class Declared(Section):
    switch: bool = setting(False, "Switch", "yes or no")
    count: int = setting(3, "Count", "how many", ge=1, le=9)
    limit: int | None = setting(None, "Limit", "at most")
    rate: float = setting(0.5, "Rate", "a share")
    margin: float | None = setting(None, "Margin", "how far")
    choice: Literal["one_way", "both_ways"] = setting("one_way", "Choice", "one of them")
    word: str = setting("disease", "Word", "a name")
    gene_sets_file: str | None = setting(None, "Gene sets", "a file")
    hops: tuple[int, ...] = setting((10, 5), "Hops", "numbers")
    names: tuple[str, ...] | None = setting(None, "Names", "names")


TYPED: dict[str, tuple[str, Any]] = {
    "limit": ("1,200", 1200), "rate": ("1e-3", 0.001), "margin": ("2.5", 2.5), "word": ("gene", "gene"),
    "gene_sets_file": ("sets.gmt", "sets.gmt"), "hops": ("8, 4, 2", (8, 4, 2)), "names": ("a, b", ("a", "b")),
}  # fmt: skip


def made(name: str, qtbot: QtBot) -> tuple[Control, list[Any]]:
    """The control, showing the default, and what it tells."""
    control = control_for(name, Declared.model_fields[name])
    assert control is not None
    qtbot.addWidget(control)
    told: list[Any] = []
    control.edited.connect(told.append)
    control.show_value(getattr(Declared(), name))
    assert told == []
    return control, told


@pytest.mark.parametrize("name", TYPED)
def test_what_is_typed_is_a_value_that_the_configuration_takes(name: str, qtbot: QtBot) -> None:
    text, value = TYPED[name]
    control, told = made(name, qtbot)
    assert isinstance(control.editor, QLineEdit)
    control.editor.clear()
    qtbot.keyClicks(control.editor, text)
    assert told[-1] == value
    assert getattr(Declared.model_validate({name: told[-1]}), name) == value


@pytest.mark.parametrize("name", ["limit", "margin", "gene_sets_file", "names"])
def test_an_emptied_line_sets_nothing_where_that_is_allowed(name: str, qtbot: QtBot) -> None:
    control, told = made(name, qtbot)
    assert isinstance(control.editor, QLineEdit)
    qtbot.keyClicks(control.editor, "1")
    qtbot.keyClick(control.editor, Qt.Key.Key_Backspace)
    assert told[-1] is None


def test_switch_number_and_choice(qtbot: QtBot) -> None:
    for name, kind, key, value in (
        ("switch", QCheckBox, Qt.Key.Key_Space, True),
        ("count", QSpinBox, Qt.Key.Key_Up, 4),
        ("choice", QComboBox, Qt.Key.Key_Down, "both_ways"),
    ):
        control, told = made(name, qtbot)
        assert isinstance(control.editor, kind)
        qtbot.keyClick(control.editor, key)
        assert told == [value]


def test_a_file_is_chosen_in_a_dialog(qtbot: QtBot, tmp_path: Path) -> None:
    control, told = made("gene_sets_file", qtbot)
    assert isinstance(control, FileControl)
    control.show()
    qtbot.mouseClick(control.choose, Qt.MouseButton.LeftButton)
    (dialog,) = control.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "sets.gmt"))
    dialog.done(0)
    assert told == [str(tmp_path / "sets.gmt")]
    assert control.editor.text() == told[0]
