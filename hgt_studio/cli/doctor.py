"""`hgt-studio doctor`: whether to use a device, and why."""

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from hgt_studio.config import RunConfig
from hgt_studio.device.environment import prepare_environment
from hgt_studio.typing import DeviceName

if TYPE_CHECKING:
    from hgt_studio.device.mps_kernels import Support
    from hgt_studio.training.self_test import DeviceReport

_SUPPORT_IN_WORDS = {
    "kernel": "has an MPS kernel",
    "composite_explicit": "is composed of others in this list",
    "composite_implicit": "is composed of others in this list",
    "missing": "HAS NO MPS KERNEL",
}
_MOST_SHOWN = 10


def doctor(
    device: Annotated[DeviceName, typer.Option("--device", help="auto, mps, cuda or cpu")] = "auto",
    audit: Annotated[bool, typer.Option("--audit", help="only list the operations and how MPS supports them")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one line of JSON")] = False,
) -> None:
    """Compare a device with the CPU, operation by operation, and say whether to use it."""
    prepare_environment(RunConfig().device)
    from hgt_studio.device.selection import select_device
    from hgt_studio.training.self_test import audit_device, check_device

    place = select_device(device)
    if audit:
        support = audit_device(place)
        _print_audit(support, as_json=as_json)
        raise typer.Exit(int("missing" in support.values()))
    report = check_device(place)
    if as_json:
        print(json.dumps({**asdict(report), "advice": report.advice}, allow_nan=False))
    else:
        _print_report(report)


def _print_audit(support: "dict[str, Support]", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"operations": support, "missing": [n for n, kind in support.items() if kind == "missing"]}))
        return
    for name, kind in support.items():
        print(f"{name:45} {_SUPPORT_IN_WORDS[kind]}")
    print(_audit_in_words(support))


def _audit_in_words(support: "dict[str, Support]") -> str:
    count = Counter(support.values())
    return f"{len(support)} operations in training, evaluation and export, {count['missing']} without an MPS kernel"


def _print_report(report: "DeviceReport") -> None:
    print(f"{report.device}: {report.hardware}")
    print(_audit_in_words(report.audit))
    if report.operations:
        print(f"{len(report.operations)} calls compared with the cpu, {len(report.disagreements)} differ")
    for check in report.disagreements[:_MOST_SHOWN]:
        what = check.failure or f"differs by {check.error:.1e} of the largest value, allowed are {check.tolerance:.0e}"
        print(f"  {check.name} {' '.join(map(str, check.shapes))}: {what}")
    slow = sorted(report.operations, key=lambda check: check.cpu_ms - check.device_ms)[:_MOST_SHOWN]
    for check in (check for check in slow if check.device_ms > check.cpu_ms):
        print(f"  slower than on the cpu: {check.name}, {check.device_ms:.2f} ms and {check.cpu_ms:.2f} ms")
    for text in report.fallbacks:
        print(f"  {text}")
    print(report.advice)
