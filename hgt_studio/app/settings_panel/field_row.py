"""One setting in a form: label, control, unit; a dot where it is not as in the preset; what is wrong, below."""

from typing import Final

from pydantic.fields import FieldInfo
from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QSizePolicy, QWidget

from hgt_studio.app.settings_panel.controls import ChoiceControl, Control, DecimalControl, SwitchControl, TextControl
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.theme import theme
from hgt_studio.app.widgets.notice import ErrorText
from hgt_studio.app.widgets.section_title import SecondaryLabel

_DOT_SIZE: Final = 16
_DOT_RADIUS: Final = 3
_WIDEST_LABEL: Final = "Contrastive rel"
_WIDEST_UNIT: Final = "dimensions"


class ResetDot(QAbstractButton):
    """A dot that marks a changed setting; a click gives it the preset's value again."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_DOT_SIZE, _DOT_SIZE)
        self.is_shown = False

    def set_shown(self, shown: bool, value_in_words: str) -> None:
        """Show or hide the dot; its place stays."""
        self.is_shown = shown
        self.setEnabled(shown)
        words = f"Reset to {value_in_words}" if shown else ""
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(_DOT_SIZE, _DOT_SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self.is_shown:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme().accent if self.hasFocus() else QColor(0, 0, 0, 0))
            painter.setBrush(theme().accent)
            painter.drawEllipse(self.rect().center(), _DOT_RADIUS, _DOT_RADIUS)


class FieldRow(QWidget):
    """The row of one setting, kept in step with `Settings`."""

    edited = Signal(str, object)

    def __init__(self, settings: Settings, path: str, field: FieldInfo, control: Control) -> None:
        super().__init__()
        self._settings, self.path, self.control = settings, path, control
        self._shown: tuple[object, object, str, bool] | None = None
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        self.title, self.is_advanced = field.title or path, bool(extra.get("advanced"))
        self.words = " ".join((self.title, path, field.description or "")).casefold()
        self._label = label = QLabel(self.title)
        label.setBuddy(control.editor)
        label.setWordWrap(True)
        self._unit = unit = SecondaryLabel(str(extra.get("unit", "")))
        self._take_widths()
        self.dot = ResetDot()
        self.error = ErrorText()
        help_ = f"{field.description} ({path})"
        for widget in (label, control.editor, unit):
            widget.setToolTip(help_)
        control.editor.setAccessibleName(self.title)
        control.editor.setAccessibleDescription(field.description or "")
        is_wide = isinstance(control, ChoiceControl | TextControl) and not isinstance(control, DecimalControl)
        if not isinstance(control, SwitchControl):
            control.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.dot, 0, 0)
        grid.addWidget(label, 0, 1)
        grid.addWidget(control, 0, 2, 1, 1 if unit.text() or not is_wide else 2)
        if unit.text() or not is_wide:
            grid.addWidget(unit, 0, 3)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.error, 1, 1, 1, 3)
        control.edited.connect(self._set_value)
        self.dot.clicked.connect(self._reset)
        self.refresh()

    def refresh(self) -> None:
        """Show the setting as it is now. What was typed wrong stays in its control."""
        settings, path = self._settings, self.path
        state = settings.value(path), settings.baseline_value(path), settings.errors.get(path, ""), settings.locked
        if state != self._shown:  # an edit changes one row of sixty
            self._shown = state
            self._show(*state)

    def _show(self, value: object, baseline: object, message: str, is_locked: bool) -> None:
        if not message:
            self.control.show_value(value)
        self.dot.set_shown(value != baseline and not is_locked, _in_words(baseline))
        self.error.tell(message.removeprefix(f"{self.path}: ").removeprefix(self.path.split(".")[0] + ": "))

    def set_locked(self, locked: bool) -> None:
        """Read-only while a run trains."""
        self.control.setEnabled(not locked)
        self.refresh()

    def _take_widths(self) -> None:
        """The same in all rows: columns are aligned."""
        metrics = self.fontMetrics()
        self._label.setFixedWidth(metrics.horizontalAdvance(_WIDEST_LABEL))
        self._unit.setFixedWidth(metrics.horizontalAdvance(_WIDEST_UNIT) + 4)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_widths()

    def _set_value(self, value: object) -> None:
        self._settings.set_value(self.path, value)

    def _reset(self) -> None:
        self._settings.reset(self.path)
        self.control.setFocus()


def _in_words(value: object) -> str:
    match value:
        case None:
            return "not set"
        case bool():
            return "on" if value else "off"
        case tuple():
            return ", ".join(map(str, value)) or "nothing"
        case float():
            return f"{value:g}"
        case _:
            return str(value).replace("_", " ")
