"""Metal Performance Shaders: the GPU of a Mac with Apple silicon."""

import platform
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from hgt_studio.device.base import DeviceMemory
from hgt_studio.device.host import read_host_memory
from hgt_studio.device.ownership import device_call
from hgt_studio.typing import DeviceKind

if TYPE_CHECKING:
    import torch


class MpsDevice:
    """Memory is unified: what the GPU takes is missing in the rest of the computer."""

    name: DeviceKind = "mps"
    unified = True
    pins_memory = False
    has_fused_optimizer = True
    can_record = False

    def reason_unavailable(self) -> str | None:
        if sys.platform != "darwin":
            return f"MPS needs macOS on Apple silicon; this is {platform.system()}"
        if platform.machine() != "arm64":
            return "MPS needs a native Python on Apple silicon; this one is built for Intel: install an arm64 Python"
        import torch

        if not torch.backends.mps.is_built():
            return "this build of torch has no MPS; install torch from PyPI"
        if not torch.backends.mps.is_available():
            return "MPS needs macOS 14 or newer and access to the GPU; update macOS, or leave the virtual machine"
        return None

    @device_call
    def description(self) -> str:
        import torch

        return f"{torch.backends.mps.get_name()}, {torch.backends.mps.get_core_count()} GPU cores"

    def torch_device(self) -> "torch.device":
        import torch

        return torch.device("mps")

    @device_call
    def memory(self) -> DeviceMemory:
        import torch

        host = read_host_memory()
        recommended = torch.mps.recommended_max_memory()
        allocated = torch.mps.current_allocated_memory()
        driver = torch.mps.driver_allocated_memory()
        idle = max(driver - allocated, 0)
        return DeviceMemory(
            total_bytes=host.total_bytes,
            recommended_bytes=recommended,
            available_bytes=min(max(recommended - allocated, 0), host.available_bytes + idle),
            allocated_bytes=allocated,
            driver_bytes=driver,
            peak_bytes=torch.accelerator.max_memory_allocated(),
        )

    @device_call
    def reset_peak(self) -> None:
        import torch

        torch.accelerator.reset_peak_memory_stats()

    @device_call
    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        raise NotImplementedError

    @device_call
    def free_workspaces(self) -> None:
        pass  # torch says nothing of any

    @device_call
    def empty_cache(self) -> None:
        import torch

        torch.mps.empty_cache()

    @device_call
    def synchronize(self) -> None:
        import torch

        torch.mps.synchronize()

    @device_call
    def set_memory_limit(self, share: float) -> None:
        import torch

        torch.mps.set_per_process_memory_fraction(float(share))

    @device_call
    def seed(self, seed: int) -> None:
        import torch

        torch.manual_seed(seed)

    @device_call
    def random_state(self) -> "dict[str, torch.Tensor]":
        import torch

        return {"cpu": torch.get_rng_state(), self.name: torch.mps.get_rng_state()}

    @device_call
    def set_random_state(self, state: "dict[str, torch.Tensor]") -> None:
        import torch

        torch.set_rng_state(state["cpu"])
        if self.name in state:
            torch.mps.set_rng_state(state[self.name])
