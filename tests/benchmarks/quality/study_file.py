"""A study as a TOML file: which models, on which graphs, for how long."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hgt_studio.training.judge import HeldOut
from tests.benchmarks.quality.trained import Job

KINDS = ("hgt_studio", "pykeen", "reference")


@dataclass(frozen=True)
class Study:
    """The jobs, the most urgent first, and what they are asked."""

    jobs: tuple[Job, ...]
    held_out: HeldOut
    max_edges_per_relation: int


def read_study(path: Path, device: str) -> Study:
    """Read a study file; `validation.toml` explains the form by example.

    What is asked for twice is done once, where it stands first.
    """
    content = tomllib.loads(path.read_text())
    models = {name: (kind, options) for kind in KINDS for name, options in content.get(kind, {}).items()}
    jobs: dict[tuple[str, str, int], Job] = {}
    for run in content["runs"]:
        for job in _jobs_of(run, models, content, device):
            jobs.setdefault((job.graph, job.model, job.seed), job)
    return Study(tuple(jobs.values()), content["held_out"], content["max_edges_per_relation"])


def _jobs_of(
    run: dict[str, Any], models: dict[str, tuple[str, Any]], content: dict[str, Any], device: str
) -> Iterator[Job]:
    for pattern in run["models"]:
        chosen = [name for name in models if fnmatchcase(name, pattern)]
        if not chosen:
            raise SystemExit(f"no model is called '{pattern}'")
        for name in chosen:
            kind, options = models[name]
            for seed in content["seeds"]:
                yield Job(
                    graph=run["graph"], model=name, kind=kind, options=options, seed=seed, dim=content["dim"],
                    seconds=run["seconds"], device=device,
                )  # fmt: skip
