"""One control for each kind of setting.

Every control has a value as the configuration takes it, and tells when the user has changed it.
"""

from typing import Any, Final

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

_LARGEST: Final = 2_147_483_647
_LEAST_WIDTH: Final = 72


class Control(QWidget):
    """Base of all controls. edited: the user has changed the value."""

    edited = Signal(object)

    def __init__(self, editor: QWidget) -> None:
        super().__init__()
        self.editor = editor
        editor.setMinimumWidth(_LEAST_WIDTH)  # a spin box would ask for room for the largest number there is
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(editor)
        self.setFocusProxy(editor)

    def show_value(self, value: Any) -> None:
        """Show a value; nothing is told."""
        raise NotImplementedError


class NumberControl(Control):
    """A whole number; the wheel changes it only where the keyboard is."""

    def __init__(self, field: FieldInfo) -> None:
        self._box = QSpinBox()
        super().__init__(self._box)
        low, high = _bounds(field)
        self._box.setRange(int(low if low is not None else -_LARGEST), int(min(high or _LARGEST, _LARGEST)))
        self._box.setGroupSeparatorShown(True)
        self._box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._box.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self._box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._box.installEventFilter(self)
        self._box.valueChanged.connect(self._tell)

    def _tell(self, value: int) -> None:
        self.edited.emit(value)

    def show_value(self, value: Any) -> None:
        if self._box.value() != value:
            self._box.blockSignals(True)
            self._box.setValue(value)
            self._box.blockSignals(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Scrolling the panel must not change what lies under the mouse."""
        if event.type() == QEvent.Type.Wheel and not self._box.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class TextControl(Control):
    """Anything that is best typed. `read` makes the value of the text, `write` the text of the value."""

    def __init__(self) -> None:
        self._line = QLineEdit()
        super().__init__(self._line)
        self._line.textEdited.connect(self._tell)

    def show_value(self, value: Any) -> None:
        if self.read(self._line.text()) != value or not self._line.text():
            self._line.setText(self.write(value))

    def _tell(self, text: str) -> None:
        self.edited.emit(self.read(text))

    def read(self, text: str) -> Any:
        return text

    def write(self, value: Any) -> str:
        return str(value)


class DecimalControl(TextControl):
    """A number with a fraction, as typed: 0.001 or 1e-3. is_optional: an empty line means that nothing is set."""

    def __init__(self, *, is_optional: bool) -> None:
        super().__init__()
        self._is_optional = is_optional
        self._line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._line.setPlaceholderText("not set" if is_optional else "")

    def read(self, text: str) -> Any:
        if self._is_optional and not text.strip():
            return None
        try:
            return float(text)
        except ValueError:
            return text

    def write(self, value: Any) -> str:
        return "" if value is None else f"{value:g}"


class ListControl(TextControl):
    """Numbers or names, separated by commas. is_optional: an empty line means that nothing is set."""

    def __init__(self, *, of_numbers: bool, is_optional: bool) -> None:
        super().__init__()
        self._of_numbers, self._is_optional = of_numbers, is_optional
        if is_optional:
            self._line.setPlaceholderText("all")

    def read(self, text: str) -> Any:
        words = [word.strip() for word in text.split(",") if word.strip()]
        if not words and self._is_optional:
            return None
        return tuple(int(word) if self._of_numbers and word.isdecimal() else word for word in words)

    def write(self, value: Any) -> str:
        return ", ".join(map(str, value or ()))


class OptionalNumberControl(TextControl):
    """A whole number, or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._line.setPlaceholderText("not set")

    def read(self, text: str) -> Any:
        digits = text.replace(",", "").strip()
        return None if not digits else int(digits) if digits.isdecimal() else text

    def write(self, value: Any) -> str:
        return "" if value is None else str(value)


class SwitchControl(Control):
    """Yes or no."""

    def __init__(self) -> None:
        self._box = QCheckBox()
        super().__init__(self._box)
        self._box.toggled.connect(self._tell)

    def _tell(self, is_on: bool) -> None:
        self.edited.emit(is_on)

    def show_value(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setChecked(value)
        self._box.blockSignals(False)


class ChoiceControl(Control):
    """One of a few words."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.box = QComboBox()
        super().__init__(self.box)
        for choice in choices:
            self.box.addItem(choice.replace("_", " "), choice)
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.installEventFilter(self)
        self.box.activated.connect(self._tell)

    def show_value(self, value: Any) -> None:
        self.box.setCurrentIndex(self.box.findData(value))

    def _tell(self) -> None:
        self.edited.emit(self.box.currentData())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Wheel and not self.box.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """Lowest and highest whole number allowed."""
    low: Any = None
    high: Any = None
    for rule in field.metadata:
        match rule:
            case Ge(ge=limit):
                low = limit
            case Gt(gt=limit):
                low = limit + 1  # type: ignore[operator]
            case Le(le=limit):
                high = limit
            case Lt(lt=limit):
                high = limit - 1  # type: ignore[operator]
    return low, high
