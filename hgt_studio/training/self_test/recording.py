"""The operations that a program asks of a device, with the arguments of the first call of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

Key = tuple[OpOverload[..., Any], tuple[tuple[tuple[int, ...], torch.dtype], ...]]


@dataclass(frozen=True, eq=False)
class RecordedCall:
    """A call of an ATen operation; its tensors are copies on the CPU, made before the call."""

    operation: OpOverload[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def name(self) -> str:
        """As in torch's list: "mm", "add.Tensor"."""
        return str(self.operation).removeprefix("aten.").removesuffix(".default")

    def on(self, device: torch.device) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Fresh arguments on a device."""
        args, kwargs = tree_map(lambda value: _place(value, device), (self.args, self.kwargs))
        return args, kwargs


class CallRecorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Keeps one call for each operation and shapes and dtypes of its tensors, if any of them is on the device."""

    def __init__(self, device_type: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._device_type = device_type
        self._calls: dict[Key, RecordedCall] = {}

    @property
    def calls(self) -> Sequence[RecordedCall]:
        """In the order in which they first came."""
        return tuple(self._calls.values())

    def __torch_dispatch__(
        self,
        func: OpOverload[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Record and run one operation."""
        kwargs = kwargs or {}
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        if any(tensor.device.type == self._device_type for tensor in tensors):
            key = func, tuple((tuple(tensor.shape), tensor.dtype) for tensor in tensors)
            if key not in self._calls:
                cpu = torch.device("cpu")
                self._calls[key] = RecordedCall(func, *tree_map(lambda value: _place(value, cpu), (args, kwargs)))
        return func(*args, **kwargs)


def _place(value: Any, device: torch.device) -> Any:
    """A tensor's copy on a device, strides kept; the device itself where a device is named."""
    if isinstance(value, torch.Tensor):
        return _copy_with_strides(value.detach(), device)
    return device if isinstance(value, torch.device) else value


def _copy_with_strides(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Expanded dimensions stay expanded, and what is dense but permuted stays so."""
    stored = tensor
    for dim, (size, stride) in enumerate(zip(tensor.shape, tensor.stride(), strict=True)):
        if stride == 0 and size > 1:
            stored = stored.narrow(dim, 0, 1)
    return stored.clone(memory_format=torch.preserve_format).to(device).expand(tensor.shape)
