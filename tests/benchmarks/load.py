"""Loading the full-scale graph, cold and from cache, against readers of the same file, each in a fresh process.

`pandas.read_csv` reads all columns, the others the five that make the graph: the nearest thing to a limit there is.
None of them makes a graph of what it read. polars is optional: `pip install polars`.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.full_graph import full_scale_csv

_OURS = "from hgt_studio.graph import load_graph; start = time.perf_counter(); graph = load_graph(sys.argv[1])"
_COLUMNS = ["relation", "x_id", "x_type", "y_id", "y_type"]
_PEERS = {
    "pandas.read_csv": "import pandas; start = time.perf_counter(); pandas.read_csv(sys.argv[1], low_memory=False)",
    "pandas with pyarrow, five columns": (
        "import pandas, pyarrow.csv; start = time.perf_counter(); "
        f"pandas.read_csv(sys.argv[1], engine='pyarrow', usecols={_COLUMNS})"
    ),
    "pyarrow, five columns": (
        "from pyarrow import csv; start = time.perf_counter(); "
        f"csv.read_csv(sys.argv[1], convert_options=csv.ConvertOptions(include_columns={_COLUMNS}))"
    ),
    "polars, five columns": (
        "import polars; start = time.perf_counter(); "
        f"polars.read_csv(sys.argv[1], columns={_COLUMNS}, infer_schema=False)"
    ),
}
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
    peers = {name: work for name, work in _PEERS.items() if find_spec(re.split(r"\W", name)[0])}
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in ("cold", "cached", *peers)}
    for _ in range(_REPEATS):
        _warm_page_cache(path)
        with tempfile.TemporaryDirectory() as cache:
            runs["cold"].append(_run(_OURS, path, cache))
            runs["cached"].append(_run(_OURS, path, cache))
        for name, work in peers.items():
            runs[name].append(_run(work, path, ""))
    figures = {}
    for name, found in runs.items():
        figures[f"{name}: seconds"], peak_bytes = map(statistics.median, zip(*found, strict=True))
        figures[f"{name}: peak GiB"] = peak_bytes / 2**30
    for name in peers:
        figures[f"cold / {name}: time"] = figures["cold: seconds"] / figures[f"{name}: seconds"]
        figures[f"cold / {name}: peak memory"] = figures["cold: peak GiB"] / figures[f"{name}: peak GiB"]
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
