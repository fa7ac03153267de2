"""Loading the full-scale graph: cold, from cache, and `pandas.read_csv` of the same file, each in a fresh process."""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.full_graph import full_scale_csv

_OURS = "from hgt_studio.graph import load_graph; start = time.perf_counter(); graph = load_graph(sys.argv[1])"
_PANDAS = "import pandas; start = time.perf_counter(); pandas.read_csv(sys.argv[1], low_memory=False)"
_PROGRAM = """
import json, resource, sys, time
{work}
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""
_REPEATS = 3


def measure(device: str) -> dict[str, float]:
    """Medians of three runs each, taken in turn."""
    path = full_scale_csv()
    cold, cached, pandas = [], [], []
    for _ in range(_REPEATS):
        path.read_bytes()  # the same warm page cache for all
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


def _run(work: str, path: Path, cache: str) -> tuple[float, float]:
    import os

    environment = os.environ | {"HGT_STUDIO_CACHE_DIR": cache}
    out = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(work=work), str(path)],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, peak = json.loads(out.stdout)
    return seconds, peak
