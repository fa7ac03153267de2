"""The whole self-test of a device, and what follows from it."""

import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from hgt_studio.device.audit import DeviceAudit
from hgt_studio.device.base import Device
from hgt_studio.device.cpu import CpuDevice
from hgt_studio.device.mps_kernels import Support, mps_support
from hgt_studio.device.ownership import claim_device
from hgt_studio.device.selection import all_devices
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.training.self_test.comparison import OperationCheck, compare_call
from hgt_studio.training.self_test.recording import CallRecorder, RecordedCall
from hgt_studio.training.self_test.small_run import sample_graph, train_small
from hgt_studio.training.self_test.step_time import step_ms

_SMALL_SCALE, _STEP_SCALE = 0.002, 0.02
_FALLBACK_MARK = "fall back to run on the CPU"


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What the self-test found.

    audit: every ATen operation that training, evaluation and export reach, and how MPS supports it.
    operations: the operations compared with the CPU; none where the device is the CPU.
    fallbacks: warnings about operations that ran on the CPU instead.
    step_ms: median time of a training step of the default settings, by device.
    accelerators: the devices besides the CPU that work here.
    """

    device: str
    hardware: str
    audit: dict[str, Support]
    operations: tuple[OperationCheck, ...]
    fallbacks: tuple[str, ...]
    step_ms: dict[str, float]
    accelerators: tuple[str, ...]

    @property
    def missing_kernels(self) -> list[str]:
        """The operations that MPS cannot run."""
        return [name for name, support in self.audit.items() if support == "missing"]

    @property
    def disagreements(self) -> list[OperationCheck]:
        """The operations with other results than the CPU's, or none."""
        return [check for check in self.operations if not check.agrees]

    @property
    def advice(self) -> str:
        """Whether to use the device and why, in one line."""
        cpu_ms = self.step_ms["cpu"]
        if self.device == "cpu":
            time = f"a training step takes {cpu_ms:.0f} ms"
            if self.accelerators:
                return f"the cpu works, {time}; compare it with {' or '.join(self.accelerators)}"
            return f"use the cpu, the only device that works here: {time}"
        if self.disagreements:
            names = ", ".join(sorted({check.name for check in self.disagreements}))
            return f"use the cpu: {self.device} computes other results ({names}); update torch and the system"
        device_ms = self.step_ms[self.device]
        times = f"a training step takes {device_ms:.0f} ms there and {cpu_ms:.0f} ms on the cpu"
        if device_ms > cpu_ms:
            return f"use the cpu: {times}"
        agree = f"all {len(self.operations)} operations agree with the cpu's"
        return f"use {self.device}: {times}, {agree}, {len(self.fallbacks) or 'none'} fall back to the cpu"


def audit_device(device: Device) -> dict[str, Support]:
    """Every ATen operation that training, evaluation and export reach, and how MPS supports it.

    On the CPU the runs take the form that they have on accelerators.

    Raises:
        DeviceError: an argument of an operation is something that MPS cannot take.
    """
    with claim_device():
        return _record(sample_graph(_SMALL_SCALE), device)[0]


def check_device(device: Device) -> DeviceReport:
    """Test a device against the CPU, in about half a minute.

    Raises:
        DeviceError: as `audit_device`.
    """
    cpu, is_cpu = CpuDevice(), device.name == "cpu"
    with claim_device(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        audit, calls = _record(sample_graph(_SMALL_SCALE), device)
        operations = () if is_cpu else tuple(compare_call(call, device, cpu) for call in calls)
        graph = sample_graph(_STEP_SCALE)
        times: dict[str, float] = {place.name: step_ms(graph, place) for place in ([cpu] if is_cpu else [device, cpu])}
        hardware = device.description()
    messages = {str(warning.message).splitlines()[0] for warning in caught}
    fallbacks = tuple(sorted(message for message in messages if _FALLBACK_MARK in message))
    accelerators = tuple(d.name for d in all_devices() if d.name != "cpu" and d.reason_unavailable() is None)
    return DeviceReport(device.name, hardware, audit, operations, fallbacks, times, accelerators)


def _record(graph: KnowledgeGraph, device: Device) -> tuple[dict[str, Support], Sequence[RecordedCall]]:
    place = device.torch_device().type
    form = tiles_on_every_device() if place == "cpu" else nullcontext()
    with form, DeviceAudit(place) as audit, CallRecorder(place) as recorder:
        train_small(graph, device, "mps" if place == "cpu" else place)
    return {name: mps_support(name) for name in sorted(audit.reached)}, recorder.calls
