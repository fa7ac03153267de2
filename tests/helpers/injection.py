"""Out-of-memory errors, raised where and as often as a test wants them."""

from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

from hgt_studio.training.events import Event, PhaseStarted

# The texts of torch on Metal, on CUDA and on the host.
MPS_TEXT = (
    "MPS backend out of memory (MPS allocated: 8.50 GiB, other allocations: 412.00 MiB, max allowed: 9.07 GiB). Tried "
    "to allocate 256.00 MiB on private pool. Use PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.0 to disable upper limit for "
    "memory allocations (may cause system failure)."
)
CUDA_TEXT = (
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.77 GiB of which 1.12 GiB is "
    "free. Of the allocated memory 13.20 GiB is allocated by PyTorch, and 500.00 MiB is reserved by PyTorch but "
    "unallocated."
)
HOST_TEXT = (
    "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate "
    "68719476736 bytes. Error code 12 (Cannot allocate memory)"
)


class OutOfMemoryInjector(TorchDispatchMode):
    """Raises a text instead of running some of the calls of an operation within a phase of a run.

    operation: its name without overload, as "native_layer_norm". calls: which of them fail, counted from 0.
    Feed it the events of the run, so that it knows the phase.
    """

    def __init__(self, text: str, phase: str, operation: str, calls: range) -> None:
        super().__init__()
        self._text, self._phase, self._operation, self._calls = text, phase, operation, calls
        self._current_phase = ""
        self._seen = 0
        self.raised = 0

    def on_event(self, event: Event) -> None:
        """Learn which phase the run is in."""
        if isinstance(event, PhaseStarted):
            self._current_phase = event.phase

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self._current_phase == self._phase and func._schema.name == f"aten::{self._operation}":
            self._seen += 1
            if self._seen - 1 in self._calls:
                self.raised += 1
                raise RuntimeError(self._text)
        return func(*args, **(kwargs or {}))
