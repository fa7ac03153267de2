"""Loading the full-scale graph: cold, from cache, and `pandas.read_csv` of the same file, each in a fresh process."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.full_graph import full_scale_csv

_OURS = "from hgt_studio.graph import load_graph; start = time.perf_counter(); graph = load_graph(sys.argv[1])"
_PANDAS = "import pandas; start = time.perf_counter(); pandas.read_csv(sys.argv[1], low_memory=False)"
# The kernel's own high-water mark (Linux): getrusage's would be inherited from the process that starts this one.
_PROGRAM = """
import json, pathlib, re, sys, time
{work}
seconds = time.perf_counter() - start
peak_kib = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps([seconds, peak_kib * 1024]))
"""
_REPEATS = 3


def measure(device: str) -> dict[str, float]:
    """Medians of three runs each, taken in turn."""
    path = full_scale_csv()
    cold, cached, pandas = [], [], []
    for _ in range(_REPEATS):
        _warm_page_cache(path)
        with tempfile.TemporaryDirectory() as cache:
            cold.append(_run(_OURS, path, cache))
            cached.append(_run(_OURS, path, cache))
        pandas.append(_run(_PANDAS, path, ""))
    figures = {}
    for name, runs in (("cold", cold), ("cached", cached), ("pandas.read_csv", pandas)):
        figures[f"{name} seconds"] = statistics.median(seconds for seconds, _ in runs)
        figures[f"{name} peak GiB"] = statistics.median(peak for _, peak in runs) / 2**30
    figures["cold / pandas, time"] = figures["cold seconds"] / figures["pandas.read_csv seconds"]
    figures["cold / pandas, peak memory"] = figures["cold peak GiB"] / figures["pandas.read_csv peak GiB"]
    return figures


def _warm_page_cache(path: Path) -> None:
    """Read the file once, so that all readers find it in memory."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def _run(work: str, path: Path, cache: str) -> tuple[float, float]:
    environment = os.environ | {"HGT_STUDIO_CACHE_DIR": cache}
    out = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(work=work), str(path)],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, peak = json.loads(out.stdout)
    return seconds, peak
