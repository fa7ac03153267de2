"""Draws the icon of `resources/` at every size that a macOS .icns file holds, on any system.

The container, as `iconutil` writes it (https://en.wikipedia.org/wiki/Apple_Icon_Image_format): the word `icns`, the
length of the file, then for each picture its type, its length with these eight bytes, and a PNG. All big-endian.
"""

import struct
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

# Type of the picture and its width in pixels; 11 to 14 and 10 are the doubled ones, for Retina displays.
SIZES: Final = {
    b"ic11": 32,
    b"ic12": 64,
    b"ic07": 128,
    b"ic13": 256,
    b"ic08": 256,
    b"ic14": 512,
    b"ic09": 512,
    b"ic10": 1024,
}


def write_icns(svg: Path, icns: Path) -> None:
    """Write the drawing as an .icns file.

    Raises:
        ValueError: Qt cannot read the drawing.
    """
    renderer = QSvgRenderer(str(svg))
    if not renderer.isValid():
        raise ValueError(f"{svg}: Qt cannot read this SVG")
    pictures = {kind: _png(renderer, width) for kind, width in SIZES.items()}
    body = b"".join(struct.pack(">4sI", kind, len(png) + 8) + png for kind, png in pictures.items())
    icns.write_bytes(struct.pack(">4sI", b"icns", len(body) + 8) + body)


def _png(renderer: QSvgRenderer, width: int) -> bytes:
    image = QImage(width, width, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(content.data())
