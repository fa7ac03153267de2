"""The window shows this panel before anything heavy is imported."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_panel_needs_no_engine_to_be_shown() -> None:
    heavy = "{'torch', 'pandas', 'numba', 'pyarrow', 'scipy', 'torch_geometric', 'pyqtgraph'}"
    code = f"import sys, hgt_studio.app.data_panel; print({heavy} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=dict(os.environ)
    )
    assert (result.stdout, result.returncode) == ("set()\n", 0), result.stderr
