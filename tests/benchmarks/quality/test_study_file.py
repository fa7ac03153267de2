"""The study files that are kept can be read, and their jobs have settings that exist."""

from pathlib import Path

import pytest

from tests.benchmarks.quality.hgt_studio_model import _config
from tests.benchmarks.quality.study_file import read_study

FILES = sorted(Path(__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_study_names_models_that_can_be_made(path: Path) -> None:
    study = read_study(path, "cpu")
    assert {job.kind for job in study.jobs} == {"hgt_studio", "pykeen", "reference"}
    for job in study.jobs:
        if job.kind == "hgt_studio":
            assert _config(job).architecture.embedding_dim == job.dim
