"""The device that a name stands for, and the reason where there is none."""

import platform
import subprocess
import sys

import psutil
import pytest
import torch

from hgt_studio.device import all_devices, describe_devices, select_device
from hgt_studio.device.cuda import CudaDevice
from hgt_studio.device.mps import MpsDevice
from hgt_studio.errors import DeviceError


def test_auto_prefers_mps_then_cuda_then_cpu() -> None:
    assert [device.name for device in all_devices()] == ["mps", "cuda", "cpu"]
    working = {"mps": torch.backends.mps.is_available(), "cuda": torch.cuda.is_available(), "cpu": True}
    assert select_device("auto").name == next(name for name, works in working.items() if works)


def test_a_named_device_is_taken_even_if_a_better_one_works() -> None:
    assert select_device("cpu").torch_device() == torch.device("cpu")


def test_an_absent_device_raises_with_the_reason_and_a_way_out() -> None:
    absent = [device for device in all_devices() if device.reason_unavailable() is not None]
    assert absent, "mps and cuda cannot both be here"
    for device in absent:
        with pytest.raises(DeviceError) as caught:
            select_device(device.name)
        assert str(device.reason_unavailable()) in str(caught.value)
        assert "'auto'" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_an_unknown_device_suggests_the_nearest() -> None:
    with pytest.raises(DeviceError, match="no device 'cude'; did you mean 'cuda'"):
        select_device("cude")


def test_reasons_follow_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    assert MpsDevice().reason_unavailable() == "MPS needs macOS on Apple silicon; this is Linux"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "Mac" in str(CudaDevice().reason_unavailable())
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert "Intel" in str(MpsDevice().reason_unavailable())


def test_the_rows_for_the_user_hold_hardware_or_reason() -> None:
    rows = {row.name: row for row in describe_devices()}
    assert rows["cpu"].is_available
    assert rows["cpu"].hardware
    assert rows["cpu"].total_bytes == psutil.virtual_memory().total
    for row in rows.values():
        assert bool(row.reason) != row.is_available
        assert 0 <= row.recommended_bytes <= row.total_bytes


def test_importing_the_room_does_not_import_torch() -> None:
    code = "import sys, hgt_studio.device; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
