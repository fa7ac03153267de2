"""NVIDIA GPUs."""

import platform
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from hgt_studio.device.base import DeviceMemory
from hgt_studio.device.ownership import device_call
from hgt_studio.typing import DeviceKind

if TYPE_CHECKING:
    import torch


class CudaDevice:
    """One GPU of the machine; `index` is its number, which on several GPUs is the local rank."""

    name: DeviceKind = "cuda"
    unified = False
    pins_memory = True
    has_fused_optimizer = True
    can_record = True

    def __init__(self, index: int = 0) -> None:
        self.index = index

    def reason_unavailable(self) -> str | None:
        if sys.platform == "darwin":
            return "CUDA needs an NVIDIA GPU, which a Mac does not have; use mps"
        import torch

        if torch.version.cuda is None:
            return "this build of torch has no CUDA; install one that has, see pytorch.org/get-started"
        if not torch.cuda.is_available():
            return f"torch finds no NVIDIA GPU on this {platform.system()} machine; 'nvidia-smi' shows what is wrong"
        if self.index >= torch.cuda.device_count():
            return f"there is no GPU number {self.index}; this machine has {torch.cuda.device_count()}, counted from 0"
        return None

    @device_call
    def description(self) -> str:
        import torch

        return torch.cuda.get_device_name(self.index)

    def torch_device(self) -> "torch.device":
        import torch

        return torch.device("cuda", self.index)

    @device_call
    def memory(self) -> DeviceMemory:
        import torch

        free, total = torch.cuda.mem_get_info(self.index)
        allocated = torch.cuda.memory_allocated(self.index)
        reserved = torch.cuda.memory_reserved(self.index)
        return DeviceMemory(
            total_bytes=total,
            recommended_bytes=total,
            available_bytes=free + reserved - allocated,
            allocated_bytes=allocated,
            driver_bytes=reserved,
            peak_bytes=torch.cuda.max_memory_allocated(self.index),
        )

    @device_call
    def reset_peak(self) -> None:
        import torch

        torch.cuda.init()  # type: ignore[no-untyped-call]  # the counters do not exist before
        torch.cuda.reset_peak_memory_stats(self.index)

    @device_call
    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """A CUDA graph, which owns the memory of what `work` computes in between."""
        import torch

        stream, graph = torch.cuda.Stream(self.index), torch.cuda.CUDAGraph()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream(self.index))
        with torch.cuda.stream(stream):
            work()  # libraries take their workspaces now, outside the recording
        torch.cuda.synchronize(self.index)
        torch.cuda.empty_cache()
        try:
            with torch.cuda.graph(graph, stream=stream):
                work()
        except RuntimeError as error:
            raise error.__context__ or error  # noqa: B904  # ending a recording fails too, and hides why it broke
        return graph.replay

    @device_call
    def free_workspaces(self) -> None:
        """cuBLAS keeps one for each stream and thread."""
        import torch

        torch.cuda.synchronize(self.index)
        torch._C._cuda_clearCublasWorkspaces()

    @device_call
    def empty_cache(self) -> None:
        import torch

        with torch.cuda.device(self.index):
            torch.cuda.empty_cache()

    @device_call
    def synchronize(self) -> None:
        import torch

        torch.cuda.synchronize(self.index)

    @device_call
    def set_memory_limit(self, share: float) -> None:
        import torch

        torch.cuda.set_per_process_memory_fraction(min(share, 1.0), self.index)

    @device_call
    def seed(self, seed: int) -> None:
        import torch

        torch.manual_seed(seed)

    @device_call
    def random_state(self) -> "dict[str, torch.Tensor]":
        import torch

        return {"cpu": torch.get_rng_state(), self.name: torch.cuda.get_rng_state(self.index)}

    @device_call
    def set_random_state(self, state: "dict[str, torch.Tensor]") -> None:
        import torch

        torch.set_rng_state(state["cpu"])
        if self.name in state:
            torch.cuda.set_rng_state(state[self.name], self.index)
