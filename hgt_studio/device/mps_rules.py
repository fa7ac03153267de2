"""What a tensor must be like before MPS may see it, checked on any device.

The dtypes and the size limit are those of torch's MPS backend. The rule for matrix products is stricter than torch's:
products of strided operands have repeatedly been silently wrong on MPS (pytorch issues 161640, 189565, 197636), so
an operand has to fill its memory row by row or, as `x.t()` and `x.mT` of such a tensor do, column by column. Gaps
(slices), repeats (expanded tensors) and permuted batch dimensions are refused; so is any but a contiguous result.
"""

from typing import Any, Final

import torch
from torch._ops import OpOverload
from torch.utils._pytree import tree_leaves

from hgt_studio.errors import DeviceError

MAX_ELEMENTS: Final = 2**32

_DTYPES: Final = frozenset({"float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"})
_INDEX_DTYPES: Final = frozenset({"int64", "int32"})
_INDEX_ARGUMENTS: Final = frozenset({"index", "indices"})
_MATMUL_OPERANDS: Final = {
    "mm": ("self", "mat2"),
    "bmm": ("self", "mat2"),
    "addmm": ("mat1", "mat2"),
    "baddbmm": ("batch1", "batch2"),
    "addbmm": ("batch1", "batch2"),
    "mv": ("self", "vec"),
    "addmv": ("mat", "vec"),
    "dot": ("self", "tensor"),
    "linear": ("input", "weight"),
    "linear_backward": ("self", "grad_output", "weight"),
}


def check_tensor(operation: str, tensor: torch.Tensor) -> None:
    """Raise `DeviceError` if the tensor has a dtype, a layout or a size that MPS lacks."""
    if tensor.layout is not torch.strided:
        raise DeviceError(f"{operation}: got a sparse tensor ({_name(tensor.layout)}), which MPS lacks; make it dense")
    if _name(tensor.dtype) not in _DTYPES:
        raise DeviceError(
            f"{operation}: got a tensor of dtype {_name(tensor.dtype)}, which MPS lacks; convert it before"
        )
    if tensor.numel() > MAX_ELEMENTS:
        raise DeviceError(
            f"{operation}: got a tensor of shape {tuple(tensor.shape)}, over 2^32 elements, where MPS fails; split it"
        )


def check_arguments(operation: str, function: OpOverload[..., Any], arguments: dict[str, Any]) -> None:
    """Raise `DeviceError` if an index or an operand of a matrix product is not fit for MPS.

    arguments: by the names of the operation's schema.
    """
    for name in _INDEX_ARGUMENTS & arguments.keys():
        for index in tree_leaves(arguments[name]):
            if isinstance(index, torch.Tensor):
                _check_index(operation, index)
    base_name = function._schema.name.removeprefix("aten::").rstrip("_")
    if base_name not in _MATMUL_OPERANDS:
        return
    for name in _MATMUL_OPERANDS[base_name]:
        _check_operand(operation, name, arguments[name])
    for argument in function._schema.arguments:
        if argument.alias_info is not None and argument.alias_info.is_write:
            _check_result(operation, argument.name, arguments[argument.name])


def _check_index(operation: str, index: torch.Tensor) -> None:
    if _name(index.dtype) not in _INDEX_DTYPES:
        raise DeviceError(
            f"{operation}: got an index of dtype {_name(index.dtype)}; use int32 or int64 positions, and torch.where "
            "in place of a mask, whose result has a new shape each time"
        )


def _check_operand(operation: str, name: str, tensor: torch.Tensor) -> None:
    if not (tensor.is_contiguous() or (tensor.dim() >= 2 and tensor.mT.is_contiguous())):
        raise DeviceError(f"{operation}: operand '{name}' is {_layout(tensor)}; call .contiguous() on it before")


def _check_result(operation: str, name: str, tensor: torch.Tensor) -> None:
    if not tensor.is_contiguous():
        raise DeviceError(
            f"{operation}: '{name}', which is written, is {_layout(tensor)}; write to a contiguous tensor"
        )


def _layout(tensor: torch.Tensor) -> str:
    return f"not contiguous (shape {tuple(tensor.shape)}, strides {tensor.stride()})"


def _name(dtype: object) -> str:
    return str(dtype).removeprefix("torch.")
