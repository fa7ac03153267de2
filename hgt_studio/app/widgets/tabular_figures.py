"""Figures of one width, so that digits of numbers stand below one another and nothing jumps as they change."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget


def use_tabular_figures(widget: QWidget) -> None:
    """Set the OpenType feature `tnum` on the font of a widget; a font that lacks it stays as it is."""
    font = widget.font()
    font.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(font)
