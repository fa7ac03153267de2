"""Choosing the device of a run, and the rows that tell the user what there is."""

from dataclasses import dataclass

from hgt_studio.device.base import Device
from hgt_studio.device.cpu import CpuDevice
from hgt_studio.device.cuda import CudaDevice
from hgt_studio.device.mps import MpsDevice
from hgt_studio.errors import DeviceError, suggest
from hgt_studio.typing import DeviceName


@dataclass(frozen=True, slots=True)
class DeviceDescription:
    """A row of `hgt-studio devices`. Of an absent device only name and reason are known."""

    name: str
    is_available: bool
    reason: str = ""
    hardware: str = ""
    total_bytes: int = 0
    recommended_bytes: int = 0


def all_devices() -> tuple[Device, ...]:
    """Every kind of device, present or not, the preferred first."""
    return (MpsDevice(), CudaDevice(), CpuDevice())


def select_device(name: DeviceName) -> Device:
    """The device of that name; "auto" takes the first of mps, cuda and cpu that works here.

    Raises:
        DeviceError: the name is unknown, or the device does not work here; the message says why and what to do.
    """
    reasons = {}
    for device in all_devices():
        if name in ("auto", device.name):
            reason = device.reason_unavailable()
            if reason is None:
                return device
            reasons[device.name] = reason
    if name not in reasons:
        raise DeviceError(f"there is no device '{name}'; {suggest(name, ['auto', *(d.name for d in all_devices())])}")
    raise DeviceError(f"device '{name}' is not available: {reasons[name]}; or choose another device, or 'auto'")


def describe_devices() -> tuple[DeviceDescription, ...]:
    """A row for every kind of device, the preferred first."""
    return tuple(_describe(device) for device in all_devices())


def _describe(device: Device) -> DeviceDescription:
    reason = device.reason_unavailable()
    if reason is not None:
        return DeviceDescription(device.name, is_available=False, reason=reason)
    memory = device.memory()
    return DeviceDescription(
        device.name,
        is_available=True,
        hardware=device.description(),
        total_bytes=memory.total_bytes,
        recommended_bytes=memory.recommended_bytes,
    )
