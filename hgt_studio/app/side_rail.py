"""The settings at the left edge, which fold to a rail where the window is narrow."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

_RAIL_WIDTH: Final = 24
_PANEL_WIDTH: Final = 328


class SideRail(QWidget):
    """A narrow button over the full height; beside it the panel, while unfolded."""

    folded_changed = Signal(bool)

    def __init__(self, panel: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panel = panel
        panel.setFixedWidth(_PANEL_WIDTH)
        self._rail = QToolButton(autoRaise=True)
        self._rail.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._rail.setCheckable(True)
        self._rail.setChecked(True)
        self._rail.setFixedWidth(_RAIL_WIDTH)
        self._rail.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._rail.toggled.connect(self._show_panel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(panel)
        self._show_panel(True)

    @property
    def is_folded(self) -> bool:
        return not self._rail.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Fold to the rail, or open the panel."""
        self._rail.setChecked(not folded)

    def _show_panel(self, shown: bool) -> None:
        self._panel.setVisible(shown)
        self._rail.setArrowType(Qt.ArrowType.LeftArrow if shown else Qt.ArrowType.RightArrow)
        words = "Fold the settings away" if shown else "Show the settings"
        self._rail.setToolTip(words)
        self._rail.setAccessibleName(words)
        self.folded_changed.emit(not shown)
