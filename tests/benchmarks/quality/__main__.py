"""The quality study: `python -m tests.benchmarks.quality run STUDY.toml` and `... table RESULTS.jsonl`.

Results, a JSON line for each job as it ends, go to `quality.jsonl` in the folder that HGT_STUDIO_BENCHMARK_OUT names.
Needs pykeen and scikit-learn beside what the tests need.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.quality.graphs import graph_file
from tests.benchmarks.quality.run import run_study
from tests.benchmarks.quality.study_file import read_study
from tests.benchmarks.quality.table import print_table
from tests.benchmarks.quality.trained import Deadline


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.quality", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="train and judge")
    run.add_argument("study", type=Path)
    run.add_argument("--device", default="cpu")
    run.add_argument("--workers", type=int, default=1, help="jobs at a time")
    run.add_argument("--threads", type=int, default=1, help="of each worker's operations on the CPU")
    run.add_argument("--total-seconds", type=float, default=1e9, help="no job trains beyond this")
    table = commands.add_parser("table", help="print the results as Markdown")
    table.add_argument("results", type=Path, nargs="+")
    arguments = parser.parse_args()
    if arguments.command == "table":
        print_table(arguments.results)
        return
    study, deadline = read_study(arguments.study, arguments.device), Deadline(arguments.total_seconds)
    with ThreadPoolExecutor() as pool:
        list(pool.map(graph_file, {job.graph for job in study.jobs}))
    run_study(study, arguments.workers, arguments.threads, deadline)


if __name__ == "__main__":
    main()
