"""The forms: every setting has a control, driven by keyboard and mouse."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from hgt_studio.app.settings_panel import SettingsPanel
from hgt_studio.app.settings_panel.controls import ChoiceControl
from hgt_studio.app.settings_panel.field_row import FieldRow
from hgt_studio.app.state.settings import Settings
from hgt_studio.config import RunConfig

DEVICES = (
    SimpleNamespace(name="mps", is_available=False, reason="MPS needs macOS", hardware=""),
    SimpleNamespace(name="cuda", is_available=False, reason="no NVIDIA GPU", hardware=""),
    SimpleNamespace(name="cpu", is_available=True, reason="", hardware="some CPU"),
)


@pytest.fixture
def panel(qtbot: QtBot, settings: Settings) -> SettingsPanel:
    made = SettingsPanel(settings=settings)
    qtbot.addWidget(made)
    made.resize(328, 900)
    made.show()
    return made


def row(panel: SettingsPanel, path: str) -> FieldRow:
    section, name = path.split(".")
    return panel.forms[section].row(name)


def type_into(qtbot: QtBot, widget: QLineEdit | QSpinBox, text: str) -> None:
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def test_every_setting_of_the_groups_has_a_row_that_shows_its_value(panel: SettingsPanel) -> None:
    for section, form in panel.forms.items():
        names = {found.path.split(".")[1] for found in form.rows}
        assert names == set(type(getattr(RunConfig(), section)).model_fields)
        for found in form.rows:
            assert found.control.editor.accessibleName() == found.title
            assert not found.dot.is_shown


def test_typing_changes_the_settings_and_shows_the_dot(qtbot: QtBot, panel: SettingsPanel, settings: Settings) -> None:
    epochs = row(panel, "training.num_epochs")
    assert isinstance(epochs.control.editor, QSpinBox)
    type_into(qtbot, epochs.control.editor, "25")
    assert settings.config.training.num_epochs == 25
    assert epochs.dot.is_shown
    qtbot.mouseClick(epochs.dot, Qt.MouseButton.LeftButton)
    assert settings.config.training.num_epochs == 100
    assert not epochs.dot.is_shown


def test_a_wrong_value_stays_in_its_field_with_red_words_below(
    qtbot: QtBot, panel: SettingsPanel, settings: Settings
) -> None:
    rate = row(panel, "training.learning_rate")
    line = rate.control.editor
    assert isinstance(line, QLineEdit)
    type_into(qtbot, line, "7")
    assert rate.error.isVisible()
    assert "less than or equal to 1" in rate.error.text()
    assert line.text() == "7"
    type_into(qtbot, line, "2e-3")
    assert not rate.error.isVisible()
    assert line.text() == "2e-3"
    assert settings.config.training.learning_rate == 0.002


def test_fan_out_is_typed_as_numbers_with_commas(qtbot: QtBot, panel: SettingsPanel, settings: Settings) -> None:
    line = row(panel, "sampling.num_neighbors").control.editor
    assert isinstance(line, QLineEdit)
    type_into(qtbot, line, "15, 10")
    assert settings.config.sampling.num_neighbors == (15, 10)
    type_into(qtbot, line, "15, 10, 5")
    assert "one number for each layer" in settings.errors["sampling.num_neighbors"]


def test_the_wheel_does_not_change_a_field_under_the_mouse(panel: SettingsPanel, settings: Settings) -> None:
    box = row(panel, "architecture.hidden_dim").control.editor
    panel.focus_search()
    here = QPointF(box.rect().center())
    wheel = QWheelEvent(
        here, QPointF(box.mapToGlobal(here.toPoint())), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, wheel)
    assert settings.config == RunConfig()


def test_search_finds_advanced_settings_in_folded_groups(qtbot: QtBot, panel: SettingsPanel) -> None:
    working_memory = row(panel, "evaluation.memory_budget_mib")
    assert not working_memory.isVisible()
    qtbot.keyClicks(panel.search, "working memory")
    assert working_memory.isVisible()
    assert not row(panel, "training.num_epochs").isVisible()
    panel.search.clear()
    assert not working_memory.isVisible()
    assert row(panel, "training.num_epochs").isVisible()


def test_devices_that_do_not_work_here_say_why_and_cannot_be_chosen(panel: SettingsPanel) -> None:
    panel.set_engine_info(SimpleNamespace(devices=DEVICES))  # type: ignore[arg-type]
    control = row(panel, "device.name").control
    assert isinstance(control, ChoiceControl)
    model = control.box.model()
    mps = model.index(control.box.findData("mps"), 0)
    assert not model.flags(mps) & Qt.ItemFlag.ItemIsEnabled
    assert mps.data(Qt.ItemDataRole.ToolTipRole) == "MPS needs macOS"
    cpu = model.index(control.box.findData("cpu"), 0)
    assert model.flags(cpu) & Qt.ItemFlag.ItemIsEnabled
    assert not row(panel, "device.high_watermark").control.isEnabled()


def test_the_preset_box_chooses_and_follows_undo(qtbot: QtBot, panel: SettingsPanel, settings: Settings) -> None:
    assert isinstance(panel.preset, QComboBox)
    panel.preset.setFocus()
    panel.preset.setCurrentText("Reference")
    panel.preset.textActivated.emit("Reference")
    assert settings.config.architecture.decoder == "dot"
    settings.undo_stack.undo()
    assert panel.preset.currentText() == "Balanced"


def test_a_run_locks_every_field(panel: SettingsPanel, settings: Settings) -> None:
    settings.set_locked(True)
    assert not any(found.control.isEnabled() for form in panel.forms.values() for found in form.rows)
    assert not panel.preset.isEnabled()
    settings.set_locked(False)
    assert row(panel, "training.num_epochs").control.isEnabled()
