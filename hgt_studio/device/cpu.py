"""The processor itself: always there, and the reference that the accelerators are compared with."""

import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hgt_studio.device.base import DeviceMemory
from hgt_studio.device.host import read_host_memory
from hgt_studio.device.ownership import device_call
from hgt_studio.typing import DeviceKind

if TYPE_CHECKING:
    import torch


class CpuDevice:
    """Torch keeps no count of tensors on the CPU: allocated and driver memory are the resident set of the process.

    The peak is the largest reading since `reset_peak`, so it sees what `memory` was called for.
    """

    name: DeviceKind = "cpu"
    unified = True
    pins_memory = False
    has_fused_optimizer = True
    can_record = False

    def __init__(self) -> None:
        self._peak_bytes = 0

    def reason_unavailable(self) -> str | None:
        return None

    @device_call
    def description(self) -> str:
        return _processor_name() or platform.machine()

    def torch_device(self) -> "torch.device":
        import torch

        return torch.device("cpu")

    @device_call
    def memory(self) -> DeviceMemory:
        host = read_host_memory()
        self._peak_bytes = max(self._peak_bytes, host.process_bytes)
        return DeviceMemory(
            total_bytes=host.total_bytes,
            recommended_bytes=host.total_bytes,
            available_bytes=host.available_bytes,
            allocated_bytes=host.process_bytes,
            driver_bytes=host.process_bytes,
            peak_bytes=self._peak_bytes,
        )

    @device_call
    def reset_peak(self) -> None:
        self._peak_bytes = 0

    @device_call
    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        raise NotImplementedError

    @device_call
    def free_workspaces(self) -> None:
        pass  # torch says nothing of any

    @device_call
    def empty_cache(self) -> None:
        pass  # torch caches no CPU memory

    @device_call
    def synchronize(self) -> None:
        pass  # CPU operations are done when they return

    @device_call
    def set_memory_limit(self, share: float) -> None:
        pass  # torch has no limit for the CPU

    @device_call
    def seed(self, seed: int) -> None:
        import torch

        torch.manual_seed(seed)

    @device_call
    def random_state(self) -> "dict[str, torch.Tensor]":
        import torch

        return {"cpu": torch.get_rng_state()}

    @device_call
    def set_random_state(self, state: "dict[str, torch.Tensor]") -> None:
        import torch

        torch.set_rng_state(state["cpu"])


def _processor_name() -> str:
    """The name as the system reports it; empty where it reports none."""
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return platform.processor()
