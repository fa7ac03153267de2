"""One recorded operation on a device and on the CPU: do the results agree, and how long does each take?"""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._pytree import tree_leaves

from hgt_studio.device.base import Device
from hgt_studio.training.self_test.recording import RecordedCall

# Largest allowed difference, relative to the largest value; whole numbers have to be equal.
TOLERANCES = {torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 5e-2}
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class OperationCheck:
    """What came of one operation.

    error: largest difference relative to the largest value; None if there was a failure, or if the results are not
        determined (random numbers, memory not yet written). tolerance: what is allowed.
    device_ms, cpu_ms: median times.
    failure: what the device said if it could not do it, or that results cannot be compared; else "".
    """

    name: str
    shapes: tuple[tuple[int, ...], ...]
    error: float | None
    tolerance: float
    device_ms: float
    cpu_ms: float
    failure: str = ""

    @property
    def agrees(self) -> bool:
        return not self.failure and (self.error is None or self.error <= self.tolerance)


def compare_call(call: RecordedCall, device: Device, cpu: Device) -> OperationCheck:
    """Run a call on both."""
    shapes = tuple(tuple(t.shape) for t in tree_leaves((call.args, call.kwargs)) if isinstance(t, torch.Tensor))
    expected, cpu_ms = _run(call, cpu)
    try:
        actual, device_ms = _run(call, device)
    except (RuntimeError, TypeError) as error:  # what torch raises for a missing kernel or dtype
        return OperationCheck(call.name, shapes, None, 0.0, 0.0, cpu_ms, failure=str(error).splitlines()[0])
    tolerance = max((TOLERANCES.get(tensor.dtype, 0.0) for tensor in expected), default=0.0)
    difference = largest_error(actual, expected) if _is_determined(call) else None
    if difference == math.inf:
        failure = "results differ in shape or dtype, or in which values are finite"
        return OperationCheck(call.name, shapes, None, tolerance, device_ms, cpu_ms, failure)
    return OperationCheck(call.name, shapes, difference, tolerance, device_ms, cpu_ms)


def largest_error(actual: list[torch.Tensor], expected: list[torch.Tensor]) -> float:
    """Largest difference of tensors on the CPU, relative to the largest value of each; NaN equals NaN.

    Infinite where shapes or dtypes differ, or where one value is finite and the other is not.
    """
    if [(t.shape, t.dtype) for t in actual] != [(t.shape, t.dtype) for t in expected]:
        return math.inf
    return max((_error(a, b) for a, b in zip(actual, expected, strict=True)), default=0.0)


def _error(actual: torch.Tensor, expected: torch.Tensor) -> float:
    a, b = actual.double(), expected.double()
    finite = b.isfinite()
    if not torch.equal(a.isfinite(), finite) or not torch.equal(a[~finite].nan_to_num(), b[~finite].nan_to_num()):
        return math.inf
    if not finite.any():
        return 0.0
    largest: float = b[finite].abs().amax().item()
    difference: float = (a - b)[finite].abs().amax().item()
    return difference / (largest or 1.0)


def _run(call: RecordedCall, device: Device) -> tuple[list[torch.Tensor], float]:
    """Results and changed arguments of the first call, on the CPU; and the median time of a few more."""
    args, kwargs = call.on(device.torch_device())
    result = call.operation(*args, **kwargs)
    tensors = [leaf for leaf in tree_leaves((result, args, kwargs)) if isinstance(leaf, torch.Tensor)]
    copies = [tensor.to("cpu", copy=True) for tensor in tensors]  # the next calls change what is changed in place
    return copies, median_ms(lambda: call.operation(*args, **kwargs), device, _REPEATS)


def median_ms(work: Callable[[], Any], device: Device, repeats: int) -> float:
    """Median time of some work with the wait for the device (a synchronisation point)."""
    times = []
    for _ in range(repeats):
        device.synchronize()
        start = time.perf_counter()
        work()
        device.synchronize()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def _is_determined(call: RecordedCall) -> bool:
    is_random = torch.Tag.nondeterministic_seeded in call.operation.tags
    return not is_random and "empty" not in call.name and "resize" not in call.name
