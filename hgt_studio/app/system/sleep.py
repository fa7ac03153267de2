"""Keeping the computer awake while it trains, by the tool that the system brings along."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Final

_REASON: Final = "HGT Studio is training"


def awake_command(platform: str, process_id: int) -> list[str] | None:
    """The command that keeps the computer awake until it is ended or the process is gone; None if there is none."""
    if platform == "darwin":
        return ["caffeinate", "-i", "-w", str(process_id)]
    if platform == "linux":
        inhibit = ["systemd-inhibit", "--what=sleep:idle", "--who=HGT Studio", f"--why={_REASON}"]
        return [*inhibit, "tail", f"--pid={process_id}", "-f", "/dev/null"]
    return None


class SleepGuard:
    """Holds the computer awake between `hold` and `release`; does nothing where the tool is missing."""

    def __init__(self, command: list[str] | None = None) -> None:
        self._command = command or awake_command(sys.platform, os.getpid())
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_held(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def hold(self) -> None:
        """Keep the computer awake from now on."""
        if self._command is None or self.is_held or shutil.which(self._command[0]) is None:
            return
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)

    def release(self) -> None:
        """Let it sleep again."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)  # the tool and what it started
        self._process.wait()
        self._process = None
