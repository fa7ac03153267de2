"""The engine thread: one thread, jobs in order, errors to the one who asked, nothing left when it ends."""

import threading
import weakref
from concurrent.futures import CancelledError as FutureCancelledError

import pytest
from PySide6.QtCore import QThread

import hgt_studio.app.engine as engine_module
from hgt_studio.app.engine import Engine, EngineInfo
from hgt_studio.config import DeviceConfig
from hgt_studio.errors import CancelledError


def test_it_tells_what_it_loads_then_what_there_is(qtbot):
    words: list[str] = []
    fresh = Engine(DeviceConfig())
    fresh.importing.connect(words.append)
    with qtbot.waitSignal(fresh.ready, timeout=120_000) as ready:
        fresh.start()
    fresh.shut_down()
    (info,) = ready.args
    assert isinstance(info, EngineInfo)
    assert fresh.info is info
    assert [device.name for device in info.devices] == ["mps", "cuda", "cpu"]
    assert info.devices[-1].recommended_bytes > 0
    assert {"python", "torch"} <= info.versions.keys()
    assert words[0] == "Loading torch"
    assert fresh.isFinished()


def test_jobs_run_in_order_on_the_engine_thread(engine):
    seen: list[int] = []
    futures = [engine.submit(lambda number=number: seen.append(number)) for number in range(20)]
    where = engine.submit(QThread.currentThread)
    assert where.result(120) is engine
    assert all(future.done() for future in futures)
    assert seen == list(range(20))


def test_an_error_reaches_the_one_who_asked_and_the_next_job_runs(engine):
    def fail() -> None:
        raise ValueError("mine")

    failed = engine.submit(fail)
    with pytest.raises(ValueError, match="mine"):
        failed.result(120)
    assert engine.submit(lambda: 3).result(120) == 3


def test_nothing_of_a_finished_job_is_kept(engine):
    class Large:
        pass

    def job(large: Large = Large()) -> weakref.ref[Large]:  # noqa: B008
        return weakref.ref(large)

    future = engine.submit(job)
    reference = future.result(120)
    engine.submit(int).result(120)
    del future, job
    assert reference() is None


def test_shut_down_ends_after_the_job_at_hand_and_cancels_the_rest(qtbot):
    fresh = Engine(DeviceConfig())
    fresh.start()
    begun, may_end = threading.Event(), threading.Event()

    def long_job() -> str:
        begun.set()
        may_end.wait(20)
        return "whole"

    at_hand, waiting = fresh.submit(long_job), fresh.submit(int)
    assert begun.wait(120)
    threading.Timer(0.05, may_end.set).start()
    fresh.shut_down()
    assert at_hand.result() == "whole"
    with pytest.raises(FutureCancelledError):
        waiting.result(0)
    with pytest.raises(CancelledError, match="closing"):
        fresh.submit(int).result(0)


def test_a_broken_installation_is_told_and_fails_every_job(qtbot, monkeypatch):
    monkeypatch.setattr(engine_module, "_ROOMS", (("no_such_package", "Loading nothing"),))
    broken = Engine(DeviceConfig())
    with qtbot.waitSignal(broken.failed, timeout=10_000) as failed:
        broken.start()
    assert "no_such_package" in failed.args[0]
    with pytest.raises(ModuleNotFoundError):
        broken.submit(int).result(10)
    broken.shut_down()
