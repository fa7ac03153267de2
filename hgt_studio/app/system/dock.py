"""Progress where the window is out of sight: in its title, and as a number on the icon in Dock or taskbar."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def show_progress(window: QWidget, title: str, share: float | None) -> None:
    """Put "42 % - " before the window's title and 42 on the icon; None takes both away."""
    if share is None:
        window.setWindowTitle(title)
        QGuiApplication.setBadgeNumber(0)  # of the application object, as Qt has it
        return
    percent = int(share * 100)
    window.setWindowTitle(f"{percent} % - {title}")
    QGuiApplication.setBadgeNumber(percent)
