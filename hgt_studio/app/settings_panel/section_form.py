"""The form of one section of the configuration: its settings one below the other, advanced ones folded away."""

from collections.abc import Collection, Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from hgt_studio.app.settings_panel.control_for import control_for
from hgt_studio.app.settings_panel.field_row import FieldRow
from hgt_studio.app.state.settings import Settings
from hgt_studio.config import RunConfig


class SectionForm(QWidget):
    """Rows for the settings of a section, but for those named in `without`."""

    def __init__(self, settings: Settings, section: str, without: Collection[str] = ()) -> None:
        super().__init__()
        self._settings = settings
        self.rows = list(_make_rows(settings, section, without))
        self._more = Fold("Advanced")
        self._advanced = QWidget()
        basic_layout, advanced_layout = QVBoxLayout(self), QVBoxLayout(self._advanced)
        for layout in (basic_layout, advanced_layout):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(4)
        for row in self.rows:
            (advanced_layout if row.is_advanced else basic_layout).addWidget(row)
        basic_layout.addWidget(self._more)
        basic_layout.addWidget(self._advanced)
        self._more.opened.connect(self._advanced.setVisible)
        self._more.setVisible(any(row.is_advanced for row in self.rows))
        self._advanced.hide()
        settings.changed.connect(self._refresh)
        settings.errors_changed.connect(self._show_errors)
        settings.locked_changed.connect(self._set_locked)
        self._set_locked(settings.locked)

    def row(self, name: str) -> FieldRow:
        """The row of a setting of this section."""
        return next(row for row in self.rows if row.path.endswith(f".{name}"))

    def show_matching(self, words: str) -> bool:
        """Show only the settings that a search finds, all for an empty one. Returns whether there are any."""
        for row in self.rows:
            row.setVisible(words in row.words)
        found_advanced = any(row.is_advanced and words in row.words for row in self.rows)
        self._more.setVisible(found_advanced and not words)
        self._advanced.setVisible(found_advanced and (bool(words) or self._more.is_open))
        return any(words in row.words for row in self.rows)

    def _refresh(self) -> None:
        for row in self.rows:
            row.refresh()

    def _show_errors(self) -> None:
        for row in self.rows:
            row.refresh()
            if row.is_advanced and row.path in self._settings.errors:
                self._more.set_open(True)

    def _set_locked(self, locked: bool) -> None:
        for row in self.rows:
            row.set_locked(locked)


class Fold(QToolButton):
    """A line with an arrow that opens what stands below it. opened: whether it is open now."""

    opened = Signal(bool)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.is_open = False
        self.setText(text)
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setArrowType(Qt.ArrowType.RightArrow)
        self.clicked.connect(self._turn)

    def set_open(self, is_open: bool) -> None:
        """Open or close it."""
        if is_open != self.is_open:
            self.is_open = is_open
            self.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
            self.opened.emit(is_open)

    def _turn(self) -> None:
        self.set_open(not self.is_open)


def _make_rows(settings: Settings, section: str, without: Collection[str]) -> Iterable[FieldRow]:
    model = type(getattr(RunConfig(), section))
    for name, field in model.model_fields.items():
        control = control_for(name, field) if name not in without else None
        if control is not None:
            yield FieldRow(settings, f"{section}.{name}", field, control)
