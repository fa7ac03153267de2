"""The log file: our own news, Qt's messages, and where Python stood when the process crashed."""

import faulthandler
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

import platformdirs
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_FATAL_EXIT_CODE: Final = 2
_FATAL_ADVICE: Final = (
    "QT_DEBUG_PLUGINS=1 tells what is missing; the commands work without a window (hgt-studio --help)"
)
_log = logging.getLogger(__name__)


def log_folder() -> Path:
    """Where the log files lie; made if need be."""
    return Path(platformdirs.user_log_dir("HGT Studio", appauthor=False, ensure_exists=True))


def start_log() -> None:
    """Write news of this package into `hgt-studio.log` (the last two megabytes are kept), crashes into `crash.log`."""
    folder = log_folder()
    handler = RotatingFileHandler(folder / "hgt-studio.log", maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    ours = logging.getLogger("hgt_studio")
    ours.setLevel(logging.INFO)
    ours.addHandler(handler)
    ours.propagate = False
    faulthandler.enable((folder / "crash.log").open("w"))  # it keeps the file open
    qInstallMessageHandler(_on_qt_message)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    _log.log(_LEVELS[kind], "%s", message)
    if kind == QtMsgType.QtFatalMsg:  # Qt would abort, with a crash report for a display that is not there
        what = message.partition(". ")[0].strip()
        print(f"hgt-studio: {what}; {_FATAL_ADVICE}", file=sys.stderr)
        logging.shutdown()
        os._exit(_FATAL_EXIT_CODE)
