"""The variables stand before torch is imported: each case in a process of its own, with its own exports."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
HIGH, LOW = "PYTORCH_MPS_HIGH_WATERMARK_RATIO", "PYTORCH_MPS_LOW_WATERMARK_RATIO"
FALLBACK = "PYTORCH_ENABLE_MPS_FALLBACK"

# Fails at the first import of torch that comes before the three variables stand.
WATCH_FOR_TORCH = f"""
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            missing = [v for v in {(FALLBACK, HIGH, LOW)!r} if v not in os.environ]
            assert not missing, f"torch is imported before {{missing}}"
            print("torch imported", file=sys.stderr)
sys.meta_path.insert(0, Watch())
"""
PREPARE = """
import json, os, sys
from dataclasses import asdict
from hgt_studio.config import DeviceConfig
from hgt_studio.device import prepare_environment
def prepare(**settings):
    environment = asdict(prepare_environment(DeviceConfig(**settings)))
    print(json.dumps(environment | {"variables": {k: v for k, v in os.environ.items() if k.startswith("PYTORCH_")}}))
"""


def _run(code: str, **exported: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTORCH_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=inherited | exported,
        capture_output=True,
        text=True,
        check=False,
    )


def _prepare(code: str, **exported: str) -> list[dict[str, Any]]:
    result = _run(PREPARE + code, **exported)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_settings_become_variables_without_importing_torch() -> None:
    (found,) = _prepare(
        "prepare(high_watermark=0.9, low_watermark=0.7, cpu_fallback=False); assert 'torch' not in sys.modules"
    )
    assert found["variables"] == {HIGH: "0.9", LOW: "0.7", FALLBACK: "0"}
    assert (found["high_watermark"], found["low_watermark"], found["cpu_fallback"]) == (0.9, 0.7, False)
    assert found["late"] == []


def test_the_command_line_sets_the_variables_before_it_imports_torch() -> None:
    command = "import runpy; sys.argv = ['hgt-studio', 'devices']; runpy.run_module('hgt_studio', run_name='__main__')"
    result = _run(WATCH_FOR_TORCH + command)
    assert result.returncode == 0, result.stderr
    assert "torch imported" in result.stderr  # else the watch saw nothing and proves nothing


def test_what_the_user_exported_wins() -> None:
    (found,) = _prepare("prepare()", **{HIGH: "0.6", LOW: "0.5", FALLBACK: "0"})
    assert found["variables"] == {HIGH: "0.6", LOW: "0.5", FALLBACK: "0"}
    assert (found["high_watermark"], found["low_watermark"], found["cpu_fallback"]) == (0.6, 0.5, False)


def test_an_exported_zero_that_lifts_the_limit_is_replaced() -> None:
    (found,) = _prepare("prepare()", **{HIGH: "0.0"})
    assert found["variables"][HIGH] == "1.0"


def test_the_low_ratio_never_exceeds_the_high_one() -> None:
    (exported_high,) = _prepare("prepare(low_watermark=0.8)", **{HIGH: "0.6"})
    assert (exported_high["high_watermark"], exported_high["low_watermark"]) == (0.6, 0.6)
    (exported_low,) = _prepare("prepare(high_watermark=1.0)", **{LOW: "1.4"})
    assert (exported_low["high_watermark"], exported_low["low_watermark"]) == (1.0, 1.0)


def test_a_second_run_in_the_same_process_has_its_own_settings() -> None:
    first, second = _prepare("prepare(high_watermark=1.0); prepare(high_watermark=0.5, low_watermark=0.4)")
    assert (first["variables"][HIGH], second["variables"][HIGH]) == ("1.0", "0.5")


def test_variables_that_come_after_torch_are_reported() -> None:
    imported = "sys.modules['torch'] = sys\n"
    late, unchanged = _prepare(imported + "prepare(); prepare()", **{FALLBACK: "1"})
    assert set(late["late"]) == {HIGH, LOW}
    assert unchanged["late"] == []


def test_an_export_that_is_no_ratio_is_named() -> None:
    for value in ("much", "3", "nan"):
        result = _run(PREPARE + "prepare()", **{HIGH: value})
        assert f"DeviceError: {HIGH} is '{value}'" in result.stderr
