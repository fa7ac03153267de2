"""A dispatch mode that stands in for the MPS device: it sees what the device would, and refuses what MPS would.

This module and `mps_rules` import torch when they are imported; the others of this room do not.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch._C import DispatchKey
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from hgt_studio.device.mps_kernels import missing_mps_kernels, mps_support
from hgt_studio.device.mps_rules import check_arguments, check_tensor

Signature = tuple[str, tuple[tuple[tuple[int, ...], str], ...]]


class DeviceAudit(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Records every ATen operation on tensors of a device and raises `DeviceError` on what MPS cannot take.

        with DeviceAudit() as audit:
            training_step()
        assert not audit.missing_kernels

    An operation without an MPS kernel of its own that is composed of others is run as that composition, on its first
    call with given shapes, so that the others are recorded too; on later calls it runs as it always does.

    calls: how often the program called each operation, by its name in torch's list ("mm", "add.Tensor").
    reached: those and the operations that the composite ones among them are made of.
    signatures: the distinct (operation, shapes and dtypes of its arguments and results). MPS compiles a graph for
        each and keeps it, so their number must not grow with the length of a run.
    """

    def __init__(self, device_type: str = "cpu") -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: Counter[str] = Counter()
        self.reached: set[str] = set()
        self.signatures: set[Signature] = set()
        self._device_type = device_type
        self._followed: set[Signature] = set()
        self._composing: list[OpOverload[..., Any]] = []

    @property
    def missing_kernels(self) -> list[str]:
        """The operations reached that MPS cannot run, sorted."""
        return missing_mps_kernels(self.reached)

    def __torch_dispatch__(
        self,
        func: OpOverload[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Record, check, and run one operation."""
        kwargs = kwargs or {}
        operation = _name(func)
        called = _name(self._composing[0]) if self._composing else operation  # what the program wrote, for messages
        inputs = self._on_device(args, kwargs)
        for tensor in inputs:
            check_tensor(called, tensor)
        if inputs:
            check_arguments(called, func, _by_name(func, args, kwargs))
        args = _numbers_as_tensors(func, args, inputs)
        call = _signature(operation, inputs)
        result = func(*args, **kwargs) if call in self._followed else self._compose(func, args, kwargs)
        self._followed.add(call)
        outputs = self._on_device(result)
        for tensor in outputs:
            check_tensor(called, tensor)
        if inputs or outputs:
            self.signatures.add(_signature(operation, inputs + outputs))
            self.reached.add(operation)
            if not self._composing:
                self.calls[operation] += 1
        return result

    def _on_device(self, *values: Any) -> list[torch.Tensor]:
        leaves = tree_leaves(values)
        return [leaf for leaf in leaves if isinstance(leaf, torch.Tensor) and leaf.device.type == self._device_type]

    def _compose(self, func: OpOverload[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run an operation; a composite one as its composition, whose parts come back to this mode."""
        kernel = _composition(func)
        if kernel is None or func in self._composing:
            return func(*args, **kwargs)
        self._composing.append(func)
        try:
            with self:
                return func._op_dk(kernel, *args, **kwargs)
        finally:
            self._composing.pop()


def _composition(func: OpOverload[..., Any]) -> DispatchKey | None:
    """The dispatch key under which a composite operation's composition is registered; None for any other."""
    keys = {
        "composite_explicit": (
            DispatchKey.CompositeExplicitAutograd,
            DispatchKey.CompositeExplicitAutogradNonFunctional,
        ),
        "composite_implicit": (DispatchKey.CompositeImplicitAutograd,),
    }.get(mps_support(_name(func)), ())
    return next((key for key in keys if func.has_kernel_for_dispatch_key(key)), None)


def _name(func: OpOverload[..., Any]) -> str:
    """The name as torch's list of operations has it; with its namespace if it is not of ATen."""
    name, overload = func._schema.name.removeprefix("aten::"), func._schema.overload_name
    return f"{name}.{overload}" if overload else name


def _numbers_as_tensors(
    func: OpOverload[..., Any], args: tuple[Any, ...], inputs: Sequence[torch.Tensor]
) -> tuple[Any, ...]:
    """Make the numbers that C++ passed as tensors tensors again; most operations refuse them as Python numbers."""

    def restore(value: Any, argument: Any) -> Any:
        if not isinstance(value, int | float) or not isinstance(argument.type, torch.TensorType):
            return value
        return torch.tensor(value, dtype=torch.result_type(inputs[0], value) if inputs else None)

    return tuple(map(restore, args, func._schema.arguments))


def _signature(operation: str, tensors: Sequence[torch.Tensor]) -> Signature:
    return operation, tuple((tuple(tensor.shape), str(tensor.dtype)) for tensor in tensors)


def _by_name(func: OpOverload[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    names = (argument.name for argument in func._schema.arguments)
    return dict(zip(names, args, strict=False)) | kwargs
