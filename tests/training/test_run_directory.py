"""The folder of a run: what it refuses, what it forgets, what it records."""

import json
from pathlib import Path

import pytest

from hgt_studio.config import RunConfig
from hgt_studio.errors import RunDirectoryError
from hgt_studio.training.events import EpochDone, Notice
from hgt_studio.training.run_directory import RunDirectory
from tests.helpers.batches import small_config


def test_settings_and_records_come_back(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "runs" / "first")
    run.create(small_config(), resume=False)
    assert run.config() == small_config()
    run.update(RunConfig())
    assert run.config() == RunConfig()
    run.record(EpochDone(epoch=1, step=2, loss=0.5, link_loss=0.25, contrastive_loss=0.75, seconds=3.0))
    run.record(Notice("not part of the record"))
    run.record(EpochDone(epoch=2, step=4, loss=0.5, link_loss=0.25, contrastive_loss=0.75, seconds=3.0))
    lines = [json.loads(line) for line in run.metrics_path.read_text().splitlines()]
    assert [(line["event"], line["epoch"], line["loss"]) for line in lines] == [
        ("EpochDone", 1, 0.5),
        ("EpochDone", 2, 0.5),
    ]


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    run.create(RunConfig(), resume=False)
    run.metrics_path.write_text("kept\n")
    run.last_checkpoint.write_bytes(b"weights")
    with pytest.raises(RunDirectoryError, match="holds a run already; give --resume"):
        run.create(small_config(), resume=False)
    assert run.config() == RunConfig()
    run.create(small_config(), resume=True)
    assert run.metrics_path.read_text() == "kept\n"


def test_a_new_run_does_not_inherit_the_best_state_of_one_that_was_killed_early(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    run.create(RunConfig(), resume=False)
    run.best_checkpoint.write_bytes(b"weights")
    run.create(RunConfig(), resume=False)
    assert not run.best_checkpoint.exists()


def test_what_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="is not a run directory"):
        RunDirectory(tmp_path).config()
    (tmp_path / "run.toml").write_text("training = 3 = 4")
    with pytest.raises(RunDirectoryError, match="not valid TOML") as error:
        RunDirectory(tmp_path).config()
    assert "\n" not in str(error.value)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunDirectoryError, match="cannot be written"):
        RunDirectory(tmp_path / "file" / "run").create(RunConfig(), resume=False)
