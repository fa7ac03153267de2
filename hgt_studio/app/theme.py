"""Colours that follow the system's light and dark, for what the style does not paint: charts, types, verdicts.

The ten colours of node types are Tol's "bright" and "muted" sets (https://sronpersonalpages.nl/~pault/), told apart by
readers with any colour vision; verdict colours never come without a word.
"""

from functools import cache
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette

Verdict = Literal["safe", "tight", "unsafe"]

_TYPES = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb", "#ee8866", "#44bb99", "#9988dd")
_VERDICTS_LIGHT = {"safe": "#1a7f37", "tight": "#9a6700", "unsafe": "#cf222e"}
_VERDICTS_DARK = {"safe": "#3fb950", "tight": "#d29922", "unsafe": "#f85149"}


class Theme(QObject):
    """The colours of now; `changed` after the system has turned light or dark or has another accent."""

    changed = Signal()

    def __init__(self, application: QGuiApplication) -> None:
        super().__init__(application)
        self._application = application
        application.paletteChanged.connect(self._tell)

    def _tell(self, _: QPalette) -> None:
        self.changed.emit()

    @property
    def is_dark(self) -> bool:
        palette = self._application.palette()
        return palette.color(QPalette.ColorRole.Window).lightness() < 128

    @property
    def window(self) -> QColor:
        return self._application.palette().color(QPalette.ColorRole.Window)

    @property
    def base(self) -> QColor:
        """Background of tables, fields and charts."""
        return self._application.palette().color(QPalette.ColorRole.Base)

    @property
    def text(self) -> QColor:
        return self._application.palette().color(QPalette.ColorRole.WindowText)

    @property
    def secondary_text(self) -> QColor:
        """Group titles, units, axes."""
        colour = QColor(self.text)
        colour.setAlphaF(0.62)
        return colour

    @property
    def grid(self) -> QColor:
        colour = QColor(self.text)
        colour.setAlphaF(0.14)
        return colour

    @property
    def accent(self) -> QColor:
        return self._application.palette().color(QPalette.ColorRole.Accent)

    def series(self, index: int) -> QColor:
        """Colour of the node type, curve or memory part of that number; the ten repeat."""
        return QColor(_TYPES[index % len(_TYPES)])

    def verdict(self, verdict: Verdict) -> QColor:
        return QColor((_VERDICTS_DARK if self.is_dark else _VERDICTS_LIGHT)[verdict])

    @property
    def error(self) -> QColor:
        return self.verdict("unsafe")


@cache
def _theme_of(application: QGuiApplication) -> Theme:
    return Theme(application)


def theme() -> Theme:
    """The theme of the running application."""
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication), "make a QApplication first"
    return _theme_of(application)
