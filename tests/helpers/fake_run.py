"""A run without torch, to stand in for `hgt_studio.pipeline.train_run` in tests of the app."""

import threading
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QThread

from hgt_studio.config import RunConfig
from hgt_studio.training.events import Notice


class FakeRun:
    """Tells three notices, then goes through batches until it is told to end."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.thread: Any = None
        self.batches = 0

    def __call__(self, graph: Path, directory: Path, config: RunConfig, listeners: Any, *, resume: bool) -> str:
        self.thread = QThread.currentThread()
        for number in range(3):
            listeners.on_event(Notice(str(number)))
        self.begun.set()
        while not self.may_end.is_set() and not listeners.cancel.finishing:
            listeners.cancel.check()
            self.batches += 1
            time.sleep(0.002)
        listeners.on_event(Notice("end"))
        if self.error:
            raise self.error
        return "result"
