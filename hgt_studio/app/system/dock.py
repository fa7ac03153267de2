"""Progress where the window is out of sight: in its title, and as a number on the icon in Dock or taskbar."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def show_progress(window: QWidget, title: str, share: float | None) -> None:
    """Put "42 % - " before the window's title and 42 on the icon; None takes both away."""
    percent = 0 if share is None else int(share * 100)
    window.setWindowTitle(title if share is None else f"{percent} % - {title}")
    application = QGuiApplication.instance()
    if isinstance(application, QGuiApplication):
        application.setBadgeNumber(percent)
