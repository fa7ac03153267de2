"""The window shows these panels before anything heavy is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"torch", "pandas", "numba", "pyarrow", "scipy", "safetensors", "torch_geometric", "pyqtgraph"}


@pytest.mark.parametrize("panel", ["training_panel", "runs_panel"])
def test_the_panel_needs_no_engine_and_no_plots_to_be_shown(panel: str) -> None:
    code = f"import sys, hgt_studio.app.{panel}; print({HEAVY} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (result.stdout, result.returncode) == ("set()\n", 0), result.stderr
