"""The About box: what this is and the versions that a report of a fault needs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from hgt_studio.app.engine import EngineInfo
from hgt_studio.version import VERSION


def show_about(parent: QWidget, info: EngineInfo | None) -> QMessageBox:
    """Open the About box and return it."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, "About HGT Studio", f"HGT Studio {VERSION}")
    box.setParent(parent, box.windowFlags())
    box.setObjectName("about")
    lines = "Heterogeneous Graph Transformer embeddings of a knowledge graph, on the computer in front of you."
    if info:
        device = next(device for device in info.devices if device.is_available)
        versions = "\n".join(f"{name} {version}" for name, version in info.versions.items())
        lines += f"\n\nDevice: {device.name} ({device.hardware})\n\n{versions}"
    box.setInformativeText(lines)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
