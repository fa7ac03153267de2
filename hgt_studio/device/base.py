"""What every accelerator offers; one file per accelerator implements it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hgt_studio.typing import DeviceKind

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """A reading of device memory, all in bytes.

    total_bytes: what the hardware has.
    recommended_bytes: what one process should stay under.
    available_bytes: what this process could still get now, its own idle cache included.
    allocated_bytes: live tensors.
    driver_bytes: live tensors and the allocator's cache; on MPS also the compiled graphs.
    peak_bytes: largest `allocated_bytes` since the last `reset_peak`.
    """

    total_bytes: int
    recommended_bytes: int
    available_bytes: int
    allocated_bytes: int
    driver_bytes: int
    peak_bytes: int


class Device(Protocol):
    """An accelerator.

    Once a thread owns the device (see `ownership`), no other may call the methods; `reason_unavailable` and the
    properties are free. Nothing here touches torch before a method is called.
    """

    @property
    def name(self) -> DeviceKind:
        """What the user writes and torch understands."""

    @property
    def unified(self) -> bool:
        """Whether device and host share one memory."""

    @property
    def pins_memory(self) -> bool:
        """Whether copies from pinned host memory run beside the computation."""

    @property
    def has_fused_optimizer(self) -> bool:
        """Whether `torch.optim.AdamW(fused=True)` has a kernel here."""

    @property
    def can_record(self) -> bool:
        """Whether work of static shapes can be recorded and replayed (CUDA graphs)."""

    def reason_unavailable(self) -> str | None:
        """None if the device works here, else one line that says why not and what to do."""

    def description(self) -> str:
        """The hardware's own name, as shown to the user."""

    def torch_device(self) -> "torch.device":
        """The device as torch takes it."""

    def memory(self) -> DeviceMemory:
        """Read the counters; does not wait for the device."""

    def reset_peak(self) -> None:
        """Start a new `peak_bytes`."""

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """Repeats, in one call, what `work` asks of the device on the same memory; where `can_record`.

        `work` itself runs once before it is recorded.
        """

    def free_workspaces(self) -> None:
        """Give back the scratch memory that libraries keep between calls. Nothing recorded may be replayed then."""

    def empty_cache(self) -> None:
        """Give idle cached blocks back to the system."""

    def synchronize(self) -> None:
        """Wait until all work given to the device is done."""

    def set_memory_limit(self, share: float) -> None:
        """Let allocations fail beyond `share` (above 0, at most 2) of the recommended memory; the CPU has no limit."""

    def seed(self, seed: int) -> None:
        """Seed torch's generators of the device and of the CPU."""

    def random_state(self) -> "dict[str, torch.Tensor]":
        """States of torch's generators by device name, each uint8 on the CPU, so that a run can be resumed."""

    def set_random_state(self, state: "dict[str, torch.Tensor]") -> None:
        """Restore what `random_state` gave; a state saved on another device restores the CPU's generator only."""
