"""The row at the top: open, what graph this is, the device, and Train with its verdict."""

from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPalette
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from hgt_studio.app.actions import Actions
from hgt_studio.app.theme import Verdict, theme
from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.widgets.section_title import SecondaryLabel

_TRAIN_WORDS: Final[dict[Verdict, str]] = {"safe": "Train", "tight": "Train (tight)", "unsafe": "Train anyway"}
_GAP: Final = 8
ToolBarMode = Literal["ready", "running", "paused", "stopping"]


class ToolBar(QToolBar):
    """Holds no state of its own but what it shows."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Tools", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._actions = actions
        self._verdict: Verdict = "safe"
        self._graph = ElidedLabel()
        self._graph.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._graph.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._reason = ElidedLabel()
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._reason.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._device = SecondaryLabel("Loading...")
        self._train = self._make_train_button()
        self.addAction(actions.open)
        self.addAction(actions.open_sample)
        self.addWidget(self._make_row())
        theme().changed.connect(self._paint_reason)
        self.show_graph("")
        self.show_mode("ready")

    def show_graph(self, text: str) -> None:
        """Name and counts of the graph, empty for none."""
        self._graph.setText(text or "No graph yet")
        self._graph.setAccessibleName(f"Graph: {self._graph.text()}")

    def show_device(self, name: str, reason: str) -> None:
        """The device badge; the reason is told on hover."""
        self._device.setText(name)
        self._device.setToolTip(reason)
        self._device.setAccessibleName(f"Device: {name}")
        self._device.setAccessibleDescription(reason)

    def show_verdict(self, verdict: Verdict, reason: str) -> None:
        """The verdict on the Train button, its reason beside it unless all is well."""
        self._verdict = verdict
        self._actions.train.setText(_TRAIN_WORDS[verdict])
        self._reason.setText("" if verdict == "safe" else reason)
        self._paint_reason()

    def show_mode(self, mode: ToolBarMode) -> None:
        """While a run is under way the Train button stops it."""
        self._actions.pause.setText("Resume" if mode == "paused" else "Pause")
        self._reason.setVisible(mode == "ready")
        is_active = mode != "ready"
        for action in self._train.actions():
            self._train.removeAction(action)  # one that stays behind is offered as a menu
        self._train.setDefaultAction(self._actions.stop if is_active else self._actions.train)
        self._train.setPopupMode(
            QToolButton.ToolButtonPopupMode.MenuButtonPopup
            if is_active
            else QToolButton.ToolButtonPopupMode.DelayedPopup
        )
        self._train.setMenu(self._stop_menu if is_active else None)  # type: ignore[arg-type]

    def _make_row(self) -> QWidget:
        """What is right of the flat buttons; buttons in a widget of their own keep their frames."""
        pause = QToolButton()
        pause.setDefaultAction(self._actions.pause)
        pause.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        pause.setMinimumWidth(pause.fontMetrics().horizontalAdvance("Resume") + 6 * _GAP)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(2 * _GAP, 0, _GAP // 2, 0)
        row.setSpacing(2 * _GAP)
        row.addWidget(self._graph, stretch=1)
        row.addWidget(self._device)
        row.addWidget(self._reason)
        row.addWidget(pause)
        row.addWidget(self._train)
        return whole

    def _make_train_button(self) -> QToolButton:
        self._stop_menu = QMenu(self)
        self._stop_menu.addAction(self._actions.stop)
        self._stop_menu.addAction(self._actions.finish)
        button = QToolButton()
        button.setObjectName("train")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        font = button.font()
        font.setBold(True)
        button.setFont(font)
        width = QFontMetrics(font).horizontalAdvance("Stop After This Batch")
        button.setMinimumWidth(width + 6 * _GAP)  # the widest words: nothing moves when they change
        return button

    def _paint_reason(self) -> None:
        palette = self._reason.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme().verdict(self._verdict))
        self._reason.setPalette(palette)
