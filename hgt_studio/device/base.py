"""What every accelerator offers; one file per accelerator implements it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """A reading of device memory, all in bytes. `peak_bytes` counts since the last `reset_peak`."""

    total_bytes: int
    recommended_bytes: int
    allocated_bytes: int
    driver_bytes: int
    peak_bytes: int


class Device(Protocol):
    """An accelerator. Everything but `name` and `reason_unavailable` may be called by the one device thread only."""

    name: str
    unified: bool

    def reason_unavailable(self) -> str | None:
        """None if the device works here, else one line that says why not and what to do."""

    def description(self) -> str:
        """The hardware's own name, as shown to the user."""

    def torch_device(self) -> "torch.device": ...

    def memory(self) -> DeviceMemory: ...

    def reset_peak(self) -> None: ...

    def empty_cache(self) -> None: ...

    def synchronize(self) -> None: ...

    def seed(self, seed: int) -> None: ...
