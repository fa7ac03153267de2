"""A chart with its title and menu. Nothing of pyqtgraph is imported before the first points are seen."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QStackedLayout,
    QStyle,
    QStyleOptionFocusRect,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hgt_studio.app.charts.content import Content, number_text
from hgt_studio.app.charts.saving import render_image, save_image, save_points
from hgt_studio.app.errors import show_error
from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.widgets.section_title import SecondaryLabel, SectionTitle
from hgt_studio.errors import HgtStudioError

if TYPE_CHECKING:
    from hgt_studio.app.charts.plot import Plot

_LEAST_MS_BETWEEN_REDRAWS: Final = 100


@dataclass(frozen=True, slots=True)
class ChartKind:
    """What stays the same however the curves grow. empty_text: what will appear here."""

    title: str
    x_title: str
    empty_text: str
    unit: str = ""
    from_zero: bool = False


class Chart(QWidget):
    """Curves with a crosshair, zoom, log scale and export. Drawn at most ten times a second, and only while seen.

    delay_ms: how long new content waits at least; charts with different delays are not drawn in one go, so that the
    window answers in between.
    """

    def __init__(self, kind: ChartKind, parent: QWidget | None = None, *, delay_ms: int = 0) -> None:
        super().__init__(parent)
        self.kind, self._delay_ms = kind, delay_ms
        self.content = Content()
        self.plot: Plot | None = None
        self._is_stale = False
        self._since_redraw = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._redraw)
        self.menu = QMenu(self)
        self._make_actions()
        self.title, self._caption = SectionTitle(kind.title, of=self), ElidedLabel()
        self._header = self._make_header()
        self._stack = QStackedLayout()
        self._stack.addWidget(self._make_empty_page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._header)
        layout.addLayout(self._stack, 1)
        self.setAccessibleName(f"Chart: {kind.title}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_content(self, content: Content) -> None:
        """Show these curves in place of the ones before, as soon as it is worth while."""
        if not self._is_stale and content.is_like(self.content):
            return
        self.content = content
        self._is_stale = True
        if self.isVisible() and not self._timer.isActive():
            elapsed = self._since_redraw.elapsed() if self._since_redraw.isValid() else _LEAST_MS_BETWEEN_REDRAWS
            self._timer.start(max(self._delay_ms, _LEAST_MS_BETWEEN_REDRAWS - elapsed))

    def set_caption(self, text: str, tool_tip: str = "") -> None:
        """A line beside the title."""
        self._caption.setText(text)
        self._caption.setToolTip(tool_tip)

    def add_to_header(self, widget: QWidget) -> None:
        """Put a control left of the menu."""
        self._header.insertWidget(self._header.count() - 1, widget)

    def _make_actions(self) -> None:
        self._zoom_in = self._add_action("Zoom In", lambda: self._zoom(1), "+")
        self._zoom_out = self._add_action("Zoom Out", lambda: self._zoom(-1), "-")
        self.reset_zoom = self._add_action("Reset Zoom", self._reset_zoom, "0")
        self.log_scale = self._add_action("Log Scale", self._set_log, "L")
        self.log_scale.setCheckable(True)
        self.menu.addSeparator()
        self.copy_image = self._add_action("Copy Image", self._copy_image, QKeySequence.StandardKey.Copy)
        self.save_image = self._add_action("Save Image...", self._ask_for_image)
        self.save_points = self._add_action("Save Points as CSV...", self._ask_for_table)
        for action in self.menu.actions():
            action.setEnabled(False)

    def _add_action(
        self, text: str, call: Callable[[], object], keys: str | QKeySequence.StandardKey | None = None
    ) -> QAction:
        action = QAction(text, self)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda _=False: call())
        self.menu.addAction(action)
        self.addAction(action)
        return action

    def _make_header(self) -> QHBoxLayout:
        button = QToolButton(autoRaise=True)
        button.setText("⋯")
        button.clicked.connect(lambda: self.menu.popup(button.mapToGlobal(button.rect().bottomLeft())))
        button.setToolTip("Zoom, scale and export of this chart")
        button.setAccessibleName(f"Menu of the chart {self.kind.title}")
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self.title)
        header.addWidget(self._caption, 1)
        header.addWidget(button)
        return header

    def _make_empty_page(self) -> QWidget:
        page = SecondaryLabel(self.kind.empty_text)
        page.setAlignment(Qt.AlignmentFlag.AlignCenter)
        page.setWordWrap(True)
        page.setAutoFillBackground(True)
        page.setBackgroundRole(page.palette().ColorRole.Base)
        page.setForegroundRole(page.palette().ColorRole.WindowText)
        page.setMargin(16)
        return page

    @Slot()
    def _redraw(self) -> None:
        if not self.isVisible():
            return
        self._is_stale = False
        self._since_redraw.start()
        for action in self.menu.actions():
            action.setEnabled(not self.content.is_empty)
        self._stack.setCurrentIndex(0 if self.content.is_empty else self._stack.count() - 1)
        if self.content.is_empty:
            return
        if self.plot is None:  # to make one takes as long as the window may be busy at a time
            self._made_plot()
            self._redraw_again()
            return
        self.plot.show_content(self.content)
        if not self.plot.is_complete:
            self._redraw_again()
        self.setAccessibleDescription(
            "; ".join(f"{each.name} {number_text(float(each.y[-1]))}" for each in self.content.curves if len(each.y))
        )

    def _redraw_again(self) -> None:
        """After the window has answered."""
        self._is_stale = True
        self._timer.start(0)

    def _made_plot(self) -> "Plot":
        if self.plot is None:
            from hgt_studio.app.charts.plot import Plot

            self.plot = Plot(self.kind.x_title, self.kind.unit, from_zero=self.kind.from_zero, parent=self)
            self.plot.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._stack.addWidget(self.plot.widget)
            self._stack.setCurrentIndex(1)
        return self.plot

    def _zoom(self, steps: int) -> None:
        self._made_plot().zoom(steps)

    def _reset_zoom(self) -> None:
        self._made_plot().reset_zoom()

    def _set_log(self) -> None:
        self._made_plot().set_log(self.log_scale.isChecked())

    def _copy_image(self) -> None:
        QGuiApplication.clipboard().setImage(render_image(self.kind.title, self._made_plot().widget))

    def _ask_for_image(self) -> None:
        self._ask("png", "Images (*.png *.svg)", self._write_image)

    def _ask_for_table(self) -> None:
        self._ask("csv", "Tables (*.csv)", self._write_points)

    def _ask(self, suffix: str, kinds: str, write: Callable[[str], None]) -> None:
        start = Path.home() / f"{self.kind.title.lower()}.{suffix}"
        dialog = QFileDialog(self, "Save", str(start), kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(write)
        dialog.open()

    def _write_image(self, path: str) -> None:
        self._attempt(lambda: save_image(Path(path), self.kind.title, self._made_plot().widget))

    def _write_points(self, path: str) -> None:
        self._attempt(lambda: save_points(Path(path), self.content, self.kind.x_title))

    def _attempt(self, write: Callable[[], None]) -> None:
        try:
            write()
        except HgtStudioError as error:
            show_error(self, error)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._is_stale:
            self._timer.start(0)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.plot is not None:
            self.plot.restyle()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self.hasFocus():  # the keys of the menu's actions are meant for this chart
            option = QStyleOptionFocusRect()
            option.initFrom(self)
            option.rect = self.title.geometry().adjusted(-2, -1, 2, 1)
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, QPainter(self), self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        self.menu.popup(event.globalPos())
