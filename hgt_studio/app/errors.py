"""The one place where an error meets the user: what happened, what to do, details folded.

Errors of ours read "what happened; what to do" and are shown as they stand. Anything else is a fault of the program:
it is logged with its traceback and shown once.
"""

import asyncio
import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from hgt_studio.errors import HgtStudioError

_log = logging.getLogger(__name__)


def show_error(parent: QWidget | None, error: BaseException | str, details: str | None = None) -> QMessageBox:
    """Open a dialog (not waiting for it) and return it. Of an error that is not ours the details are its traceback."""
    if isinstance(error, BaseException) and not isinstance(error, HgtStudioError):
        what, advice = "Something went wrong inside HGT Studio", "It is a fault of the program, not of yours."
        details = details or "".join(traceback.format_exception(error))
    else:
        what, _, advice = str(error).partition("; ")
    box = QMessageBox(QMessageBox.Icon.Warning, "HGT Studio", _sentence(what), QMessageBox.StandardButton.Ok, parent)
    box.setObjectName("error")
    box.setInformativeText(_sentence(advice))
    box.setDetailedText(details or "")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box


class UnexpectedErrors(QObject):
    """Catches what nobody caught: in slots, threads and asyncio tasks. Logged every time, shown once at a time."""

    _caught = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._is_shown = False
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """From now on `sys.excepthook` and `threading.excepthook` end here."""
        sys.excepthook = self.on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """Give Python its own hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """As `sys.excepthook`, from any thread."""
        _log.critical("unexpected error", exc_info=(kind, error, trace))
        self._caught.emit(error)

    def on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """As asyncio's exception handler."""
        error = context.get("exception") or RuntimeError(context.get("message", "unknown"))
        self.on_exception(type(error), error, error.__traceback__)

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        error = arguments.exc_value or arguments.exc_type()
        self.on_exception(arguments.exc_type, error, arguments.exc_traceback)

    def _show(self, error: BaseException) -> None:
        if not self._is_shown:
            self._is_shown = True
            show_error(self._window, error).finished.connect(self._on_closed)

    def _on_closed(self) -> None:
        self._is_shown = False


def _sentence(text: str) -> str:
    """With a capital and a full stop, unless it begins with a path."""
    if not text:
        return ""
    first_word = text.split(maxsplit=1)[0]
    start = text[0].upper() if first_word.isalpha() else text[0]
    return start + text[1:] + ("" if text[-1] in ".!?:" else ".")
