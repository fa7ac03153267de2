"""Benchmarks: `python -m tests.benchmarks [stage ...] [--device D] [--json FILE]`. Never part of the test run."""

import argparse
import json
from pathlib import Path

from hgt_studio.config import RunConfig
from hgt_studio.device.environment import prepare_environment

STAGES = ("load", "sample", "step", "epoch", "embed", "start", "drift", "memory", "ui")


def main() -> None:
    """Run the stages asked for (all if none is) and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("stages", nargs="*", help="default: all")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    prepare_environment(RunConfig().device)
    from importlib import import_module

    results = {}
    for stage in arguments.stages or STAGES:
        results[stage] = import_module(f"tests.benchmarks.{stage}").measure(arguments.device)
        print(stage)
        for name, value in results[stage].items():
            print(f"  {name:48} {value:,.4g}" if isinstance(value, float) else f"  {name:48} {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
