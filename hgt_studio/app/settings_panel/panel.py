"""The settings at the left: preset, search, and a group of fields for each section."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hgt_studio.app.settings_panel.controls import ChoiceControl
from hgt_studio.app.settings_panel.section_form import Fold, SectionForm
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.config.presets import PRESETS, find_preset

if TYPE_CHECKING:
    from hgt_studio.app.engine import EngineInfo

_GROUPS: Final = {
    "architecture": "Architecture",
    "sampling": "Sampling",
    "training": "Training",
    "device": "Device",
    "evaluation": "Evaluation",
}
_OPEN_AT_FIRST: Final = ("architecture", "sampling", "training")
_FOR_EVERY_DEVICE: Final = ("name", "cpu_threads")


class SettingsPanel(QWidget):
    """Forms made from the configuration. new_run_requested: the user wants to change settings while a run trains."""

    new_run_requested = Signal()

    def __init__(self, *, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._info: EngineInfo | None = None
        self.preset = _make_preset_box()
        self._description = SecondaryLabel("")
        self._description.setWordWrap(True)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search settings")
        self.search.setAccessibleName("Search settings")
        self.search.setClearButtonEnabled(True)
        self.forms = {section: SectionForm(settings, section) for section in _GROUPS}
        self._folds = {section: Fold(title) for section, title in _GROUPS.items()}
        self._lay_out()
        self.preset.textActivated.connect(settings.choose_preset)
        self.search.textChanged.connect(self._filter)
        settings.changed.connect(self._refresh)
        settings.locked_changed.connect(self._set_locked)
        self._set_locked(settings.locked)
        self._refresh()

    def set_engine_info(self, info: "EngineInfo") -> None:
        """Offer the devices that work here; those that do not say why."""
        self._info = info
        control = self.forms["device"].row("name").control
        assert isinstance(control, ChoiceControl)
        model = control.box.model()
        assert isinstance(model, QStandardItemModel)
        for device in info.devices:
            item = model.item(control.box.findData(device.name))
            item.setEnabled(device.is_available)
            item.setToolTip(device.hardware if device.is_available else device.reason)
        self._refresh()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _lay_out(self) -> None:
        content = QWidget()
        groups = QVBoxLayout(content)
        groups.setContentsMargins(8, 0, 8, 8)
        groups.setSpacing(4)
        for section, form in self.forms.items():
            fold = self._folds[section]
            font = fold.font()
            font.setBold(True)
            fold.setFont(font)
            form.hide()
            fold.opened.connect(form.setVisible)
            fold.set_open(section in _OPEN_AT_FIRST)
            groups.addWidget(fold)
            groups.addWidget(form)
        groups.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._make_head())
        layout.addWidget(self._make_lock())
        layout.addWidget(area, stretch=1)

    def _make_head(self) -> QVBoxLayout:
        label = QLabel("Preset")
        label.setBuddy(self.preset)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.preset, stretch=1)
        head = QVBoxLayout()
        head.setContentsMargins(12, 0, 12, 0)
        head.setSpacing(4)
        head.addLayout(row)
        head.addWidget(self._description)
        head.addWidget(self.search)
        return head

    def _make_lock(self) -> QWidget:
        """What stands above the fields while a run trains."""
        self._lock = QWidget()
        words = SecondaryLabel("Locked while the run trains.")
        words.setWordWrap(True)
        change = QPushButton("Change for a New Run")
        change.setToolTip("Stop this run, its checkpoint is kept, and open the settings for another")
        change.clicked.connect(self.new_run_requested)
        row = QVBoxLayout(self._lock)
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(words)
        row.addWidget(change)
        return self._lock

    def _refresh(self) -> None:
        settings = self._settings
        with QSignalBlocker(self.preset):
            self.preset.setCurrentText(settings.preset_name)
        sections = ("architecture", "sampling", "training", "evaluation")
        changed = any(getattr(settings.config, name) != getattr(settings.baseline, name) for name in sections)
        self._description.setText(find_preset(settings.preset_name).description + ("; changed" if changed else ""))
        self._offer_mps_options()

    def _offer_mps_options(self) -> None:
        """The options of MPS are there for MPS alone."""
        chosen, usable = self._settings.config.device.name, {"mps"}
        if self._info is not None:
            usable = {device.name for device in self._info.devices if device.is_available}
        applies = chosen == "mps" or (chosen == "auto" and "mps" in usable)
        for row in self.forms["device"].rows:
            if not row.path.endswith(_FOR_EVERY_DEVICE):
                row.control.setEnabled(applies and not self._settings.locked)
                row.control.setToolTip("" if applies else "Applies to MPS, the GPU of a Mac")

    def _set_locked(self, locked: bool) -> None:
        self._lock.setVisible(locked)
        self.preset.setEnabled(not locked)
        self._offer_mps_options()

    def _filter(self, text: str) -> None:
        words = text.strip().casefold()
        for section, form in self.forms.items():
            found = form.show_matching(words)
            self._folds[section].setVisible(found)
            form.setVisible(found and (bool(words) or self._folds[section].is_open))


def _make_preset_box() -> QComboBox:
    box = QComboBox()
    box.setAccessibleName("Preset")
    for index, preset in enumerate(PRESETS):
        box.addItem(preset.name)
        box.setItemData(index, preset.description, Qt.ItemDataRole.ToolTipRole)
    return box
