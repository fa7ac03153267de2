"""Commands of the operating system, with the tools faked."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from hgt_studio.app.system.notify import notification_command
from hgt_studio.app.system.reveal import reveal_command
from hgt_studio.app.system.sleep import SleepGuard, awake_command

FAKE_TOOL = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, file=open(sys.argv[1], "w"), flush=True)
time.sleep(60)
"""


@pytest.fixture
def guard(tmp_path: Path):
    made = SleepGuard([sys.executable, "-c", FAKE_TOOL, str(tmp_path / "child")])
    yield made
    made.release()


def wait_for_child(file: Path) -> psutil.Process:
    deadline = time.monotonic() + 10
    while not (file.exists() and file.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return psutil.Process(int(file.read_text()))


def test_the_tool_and_its_child_live_as_long_as_the_guard_holds(guard, tmp_path):
    assert not guard.is_held
    guard.hold()
    child = wait_for_child(tmp_path / "child")
    assert guard.is_held
    guard.release()
    assert not guard.is_held
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_holding_twice_starts_one_tool(guard, tmp_path, monkeypatch):
    started: list[object] = []
    original = subprocess.Popen

    def count(*args: object, **kwargs: object) -> object:
        started.append(args)
        return original(*args, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", count)
    guard.hold()
    guard.hold()
    assert len(started) == 1


def test_a_tool_that_ended_by_itself_is_started_anew_and_a_missing_one_is_let_be(tmp_path):
    brief = SleepGuard([sys.executable, "-c", ""])
    brief.hold()
    brief._process.wait()
    assert not brief.is_held
    brief.hold()
    brief.release()
    missing = SleepGuard([str(tmp_path / "no-such-tool")])
    missing.hold()
    assert not missing.is_held
    missing.release()


def test_caffeinate_ends_with_the_process_that_it_serves():
    assert awake_command("darwin", 77) == ["caffeinate", "-i", "-w", "77"]
    linux = awake_command("linux", 77)
    assert linux is not None
    assert "--pid=77" in linux
    assert awake_command("win32", 77) is None


@pytest.mark.skipif(sys.platform != "linux", reason="tail --pid is GNU's")
def test_the_linux_command_ends_when_its_process_is_gone():
    brief = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.2)"])
    served = awake_command("linux", brief.pid)
    assert served is not None
    tail = subprocess.Popen(served[4:])
    brief.wait()
    assert tail.wait(10) == 0


def test_words_reach_the_notification_as_arguments_never_as_script():
    wicked = '" & (do shell script "false") & "'
    command = notification_command("darwin", "Done", wicked)
    assert command is not None
    assert command[-2:] == ["Done", wicked]
    assert all(wicked not in part for part in command[:-1])
    linux = notification_command("linux", "--help", "x")
    assert linux is not None
    assert linux.index("--") < linux.index("--help")


def test_reveal_selects_the_file_where_the_system_can():
    path = Path("/runs/kg 1/embeddings.parquet")
    assert reveal_command("darwin", path) == ["open", "-R", str(path)]
    assert reveal_command("linux", path) is None
