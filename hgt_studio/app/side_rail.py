"""The settings at the left edge, which fold to a rail where the window is narrow."""

from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

_RAIL_WIDTH: Final = 24
_PANEL_CHARACTERS: Final = 55


class SideRail(QWidget):
    """A narrow button over the full height; beside it the place of the panel, while unfolded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = QWidget()
        self._take_width()
        inside = QVBoxLayout(self._place)
        inside.setContentsMargins(0, 0, 0, 0)
        self._rail = QToolButton(autoRaise=True)
        self._rail.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._rail.setFixedWidth(_RAIL_WIDTH)
        self._rail.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._rail.clicked.connect(self._toggle)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(self._place)
        self.set_folded(False)

    def put(self, panel: QWidget) -> None:
        """Put the panel into its place."""
        self._place.layout().addWidget(panel)  # type: ignore[union-attr]

    @property
    def is_folded(self) -> bool:
        return self._place.isHidden()

    def set_folded(self, folded: bool) -> None:
        """Fold to the rail, or open the panel."""
        self._place.setHidden(folded)
        self._rail.setArrowType(Qt.ArrowType.RightArrow if folded else Qt.ArrowType.LeftArrow)
        words = "Show the settings" if folded else "Fold the settings away"
        self._rail.setToolTip(words)
        self._rail.setAccessibleName(words)

    def _toggle(self) -> None:
        self.set_folded(not self.is_folded)

    def _take_width(self) -> None:
        self._place.setFixedWidth(self.fontMetrics().averageCharWidth() * _PANEL_CHARACTERS)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_width()
