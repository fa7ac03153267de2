"""The self-test tells a device that computes rightly from one that does not."""

import json
import math
from dataclasses import asdict
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from hgt_studio.device.cpu import CpuDevice
from hgt_studio.training.self_test import report
from hgt_studio.training.self_test.comparison import OperationCheck, compare_call, largest_error
from hgt_studio.training.self_test.recording import CallRecorder, RecordedCall


class _Accelerator(CpuDevice):
    """The CPU under another name."""

    name = "mps"


class _MetaDevice(CpuDevice):
    """A device that has no values to give back."""

    def torch_device(self) -> torch.device:
        return torch.device("meta")


class _WrongOn(_Accelerator, TorchDispatchMode):
    """From the call of `torch_device` until it is waited for, one operation's results are off by a little."""

    def __init__(self, operation: str, error: float) -> None:
        _Accelerator.__init__(self)
        TorchDispatchMode.__init__(self)
        self._operation, self._error, self._is_used = operation, error, False

    def torch_device(self) -> torch.device:
        self._is_used = True
        return super().torch_device()

    def synchronize(self) -> None:
        self._is_used = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        return result * (1 + self._error) if self._is_used and func.__name__ == self._operation else result


def _record(*programs: Any) -> list[RecordedCall]:
    with CallRecorder("cpu") as recorder:
        for program in programs:
            program()
    return list(recorder.calls)


def _updated_in_place() -> None:
    torch.ones(3).mul_(2.0).add_(1.0)


def _multiplied() -> torch.Tensor:
    return MATRIX @ MATRIX.t() + torch.ones(1, 1).expand(3, 3)


MATRIX = torch.arange(12.0).view(3, 4)


def test_one_call_is_kept_for_each_operation_and_shape_with_the_values_from_before_it() -> None:
    calls = _record(_updated_in_place, _updated_in_place, _multiplied)
    assert [call.name for call in calls] == ["mul_.Tensor", "add_.Tensor", "t", "mm", "expand", "add.Tensor"]
    assert calls[0].args[0].tolist() == [1.0, 1.0, 1.0]
    assert calls[1].args[0].tolist() == [2.0, 2.0, 2.0]
    assert calls[3].args[1].stride() == MATRIX.t().stride()
    assert calls[5].args[1].stride() == (0, 0)


def test_a_call_made_again_gets_fresh_arguments() -> None:
    update = _record(_updated_in_place)[0]
    for _ in range(2):
        args, kwargs = update.on(torch.device("cpu"))
        assert update.operation(*args, **kwargs).tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(("error", "agrees"), [(0.0, True), (1e-6, True), (1e-2, False)])
def test_an_operation_agrees_within_the_tolerance_of_its_dtype(error: float, agrees: bool) -> None:
    with _WrongOn("mm.default", error) as device:
        checks = {call.name: compare_call(call, device, CpuDevice()) for call in _record(_multiplied)}
    assert checks["mm"].error == pytest.approx(error, abs=1e-7)
    assert checks["mm"].agrees is agrees
    assert checks["add.Tensor"].agrees


def test_what_an_operation_changes_in_place_is_compared_as_it_was_after_one_call() -> None:
    with _WrongOn("none", 0.0) as device:
        check = compare_call(_record(_updated_in_place)[0], device, CpuDevice())
    assert check.error == 0.0


def test_a_device_that_fails_is_reported_with_its_words() -> None:
    check = compare_call(_record(_multiplied)[-1], _MetaDevice(), CpuDevice())
    assert not check.agrees
    assert "meta" in check.failure


def test_random_and_unwritten_results_are_not_compared() -> None:
    generator = MATRIX.clone()
    calls = _record(lambda: generator.bernoulli_(0.5), lambda: torch.empty_like(MATRIX))
    assert [compare_call(call, CpuDevice(), CpuDevice()).error for call in calls if "copy" not in call.name] == [
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("actual", "expected", "error"),
    [
        ([1.0, 4.0], [1.0, 5.0], 0.2),
        ([0.0, 0.5], [0.0, 0.0], 0.5),
        ([math.nan, 1.0], [math.nan, 1.0], 0.0),
        ([math.inf, 1.0], [math.inf, 2.0], 0.5),
        ([math.inf], [-math.inf], math.inf),
        ([math.nan], [1.0], math.inf),
        ([], [], 0.0),
    ],
)
def test_errors_are_relative_to_the_largest_value(actual: list[float], expected: list[float], error: float) -> None:
    assert largest_error([torch.tensor(actual)], [torch.tensor(expected)]) == pytest.approx(error)


def test_other_shapes_and_dtypes_never_agree() -> None:
    assert largest_error([torch.zeros(2)], [torch.zeros(1, 2)]) == math.inf
    assert largest_error([torch.zeros(2)], [torch.zeros(2, dtype=torch.float16)]) == math.inf


def _report(device: str, error: float, times: dict[str, float], **others: Any) -> report.DeviceReport:
    check = OperationCheck("mm", ((3, 4), (4, 3)), error, 1e-4, device_ms=1.0, cpu_ms=2.0)
    return report.DeviceReport(device, "a chip", {"mm": "kernel"}, (check,), (), times, others.get("accelerators", ()))


def test_the_advice_weighs_results_before_speed() -> None:
    assert _report("mps", 0.0, {"mps": 10.0, "cpu": 99.0}).advice.startswith("use mps")
    assert _report("mps", 0.5, {"mps": 10.0, "cpu": 99.0}).advice.startswith("use the cpu: mps computes other results")
    assert _report("mps", 0.0, {"mps": 99.0, "cpu": 10.0}).advice.startswith("use the cpu: a training step")
    assert "only device" in _report("cpu", 0.0, {"cpu": 10.0}).advice
    assert "compare it with cuda" in _report("cpu", 0.0, {"cpu": 10.0}, accelerators=("cuda",)).advice


def test_the_whole_self_test_finds_one_wrong_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_STEP_SCALE", report._SMALL_SCALE)
    with _WrongOn("gelu.default", 1e-3) as device:
        found = report.check_device(device)
    assert {check.name for check in found.disagreements} == {"gelu"}
    assert found.missing_kernels == []
    assert {"_fused_adamw_", "native_layer_norm_backward", "scatter_reduce_.two"} <= found.audit.keys()
    compared = {check.name for check in found.operations}
    assert {"_fused_adamw_", "native_layer_norm_backward", "bmm", "index_add_", "logsumexp"} <= compared
    assert "use the cpu: mps computes other results (gelu)" in found.advice
    assert json.loads(json.dumps(asdict(found), allow_nan=False))["fallbacks"] == []
