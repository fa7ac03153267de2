"""A chart as a file: PNG, SVG, or its points as CSV."""

import csv
import io
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from hgt_studio.app.charts.content import Content
from hgt_studio.app.theme import theme
from hgt_studio.atomic_file import atomic_write
from hgt_studio.errors import ExportError

_TITLE_HEIGHT: Final = 32
_SHARPNESS: Final = 2  # image pixels per pixel on the screen


def render_image(title: str, plot: QWidget) -> QImage:
    """The plot below its title, twice as fine as on the screen."""
    image = QImage(_size(plot) * _SHARPNESS, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(_SHARPNESS)
    painter = QPainter(image)
    _paint(painter, title, plot)
    painter.end()
    return image


def save_image(path: Path, title: str, plot: QWidget) -> None:
    """Write an SVG if the name ends so, else a PNG.

    Raises:
        ExportError: the file cannot be written.
    """
    is_svg = path.suffix.lower() == ".svg"
    content = _svg(title, plot) if is_svg else _png(render_image(title, plot))
    with atomic_write(path, ExportError) as file:
        file.write(content)


def save_points(path: Path, content: Content, x_title: str) -> None:
    """Write a CSV table with a row for each point of each curve.

    Raises:
        ExportError: the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("curve", x_title, "value"))
    for curve in content.curves:
        writer.writerows((curve.name, x, y) for x, y in zip(curve.x.tolist(), curve.y.tolist(), strict=True))
    with atomic_write(path, ExportError) as file:
        file.write(text.getvalue().encode())


def _size(plot: QWidget) -> QSize:
    return QSize(plot.width(), plot.height() + _TITLE_HEIGHT)


def _paint(painter: QPainter, title: str, plot: QWidget) -> None:
    size = _size(plot)
    painter.fillRect(QRect(0, 0, size.width(), size.height()), theme().base)
    painter.setPen(theme().text)
    painter.setFont(plot.font())
    painter.drawText(8, _TITLE_HEIGHT * 2 // 3, title)
    target = QRectF(0, _TITLE_HEIGHT, plot.width(), plot.height())
    plot.render(painter, target, plot.rect())  # type: ignore[call-overload]  # of the graphics view: drawn as vectors


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _svg(title: str, plot: QWidget) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(_size(plot))
    generator.setViewBox(QRect(0, 0, _size(plot).width(), _size(plot).height()))
    generator.setTitle(title)
    painter = QPainter(generator)
    _paint(painter, title, plot)
    painter.end()
    return bytes(buffer.data().data())
