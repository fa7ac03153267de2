"""A claimed device takes calls from its owner only, whichever kind of device it is."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from hgt_studio.device import all_devices, assert_owner, claim_device
from hgt_studio.device.cpu import CpuDevice
from hgt_studio.errors import DeviceError


def _error_in_other_thread(call: Callable[[], object]) -> BaseException | None:
    errors: list[BaseException] = []

    def target() -> None:
        try:
            call()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=target, name="intruder")
    thread.start()
    thread.join()
    return errors[0] if errors else None


def test_any_thread_may_call_an_unclaimed_device() -> None:
    assert _error_in_other_thread(CpuDevice().memory) is None


def test_a_claimed_device_refuses_other_threads_and_names_both() -> None:
    device = CpuDevice()
    with claim_device():
        device.memory()
        error = _error_in_other_thread(device.memory)
    assert isinstance(error, DeviceError)
    assert "intruder" in str(error)
    assert threading.current_thread().name in str(error)


def test_every_method_that_reaches_a_device_is_guarded() -> None:
    calls = {
        "memory": (), "reset_peak": (), "empty_cache": (), "free_workspaces": (), "synchronize": (),
        "description": (), "random_state": (), "record": (lambda: None,), "set_memory_limit": (1.0,), "seed": (0,),
        "set_random_state": ({},),
    }  # fmt: skip
    with claim_device():
        for device in all_devices():
            for method, arguments in calls.items():
                error = _error_in_other_thread(partial(getattr(device, method), *arguments))
                assert isinstance(error, DeviceError), f"{device.name}.{method}"


def test_a_claim_nests_and_ends_with_the_outermost_block() -> None:
    with claim_device():
        with claim_device():
            pass
        assert isinstance(_error_in_other_thread(assert_owner), DeviceError)
    assert _error_in_other_thread(assert_owner) is None


def test_a_second_owner_is_refused_and_takes_nothing_away() -> None:
    def claim_too() -> None:
        with claim_device():
            pass

    with claim_device():
        assert isinstance(_error_in_other_thread(claim_too), DeviceError)
        assert_owner()
        assert isinstance(_error_in_other_thread(assert_owner), DeviceError)


def test_an_error_ends_the_claim() -> None:
    with pytest.raises(KeyError), claim_device():
        raise KeyError
    assert _error_in_other_thread(assert_owner) is None
