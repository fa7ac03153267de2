"""Whatever the user gets wrong is answered in one line, with exit code 2, and nothing is lost."""

from pathlib import Path

import pytest

from hgt_studio.config import RunConfig
from hgt_studio.config.settings_file import save_config
from tests.helpers.command_line import QUICK, Outcome, command
from tests.helpers.tables import primekg_text


def assert_complaint(outcome: Outcome, *parts: str) -> None:
    assert outcome.code == 2
    assert outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("hgt-studio: ")
    for part in parts:
        assert part in line


@pytest.fixture
def kg(tmp_path: Path) -> Path:
    path = tmp_path / "kg.csv"
    path.write_text(primekg_text())
    return path


@pytest.fixture
def existing_run(tmp_path: Path, kg: Path) -> Path:
    run = tmp_path / "run"
    assert command("train", kg, "--out", run, "--json", *QUICK, "--set", "training.num_epochs=1").code == 0
    return run


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--set", "training.num_epoch=3"], ["training.num_epoch", "no such setting", "did you mean 'num_epochs'?"]),
        (["--set", "trainning.num_epochs=3"], ["no such section", "did you mean 'training'?"]),
        (["--set", "training.num_epochs=many"], ["training.num_epochs", "'many'", "integer"]),
        (["--set", "training.num_epochs=0"], ["training.num_epochs", "got 0", "greater than or equal to 1"]),
        (["--set", "training.num_epochs"], ["section.field=value"]),
        (["--set", "architecture.hidden_dim=100"], ["does not divide by num_heads = 8", "the nearest that does is 96"]),
        (["--set", "sampling.num_neighbors=[10]"], ["sampling.num_neighbors", "one number for each layer"]),
        (["--device", "gpu"], ["--device", "'gpu'", "'cpu'"]),
        (["--device", "mps"], ["device 'mps' is not available", "choose another device"]),
        (["--config", "none.toml"], ["none.toml", "no such settings file"]),
        (["--bogus"], ["--bogus"]),
        (["--set", 'data.include_node_types=["drugs"]'], ["no node type 'drugs'", "did you mean 'drug'?"]),
    ],
)
def test_wrong_settings(arguments: list[str], parts: list[str], kg: Path, tmp_path: Path) -> None:
    assert_complaint(command("train", kg, "--out", tmp_path / "run", *arguments), *parts)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["train"], ["KG"]),
        (["train", "kg.csv"], ["--out"]),
        (["nonsense"], ["nonsense"]),
        (["sample-graph", "out.csv", "--scale", "11"], ["--scale"]),
        (["sample-graph", "out.txt"], [".csv"]),
        (["sample-graph", "no/folder/out.csv"], ["no folder"]),
        (["export", ".", "--out", "e.csv", "--format", "excel"], ["--format", "'excel'", "'parquet'"]),
    ],
)
def test_wrong_commands(
    arguments: list[str], parts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_complaint(command(*arguments), *parts)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_graph(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "list.csv").write_text("name\nAda\n")
    for name, part in (("missing.csv", "no file"), ("empty.csv", "empty"), ("list.csv", "column"), (".", "folder")):
        for arguments in (["info"], ["train", "--out", str(tmp_path / "run")]):
            assert_complaint(command(arguments[0], tmp_path / name, *arguments[1:]), part)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["evaluate", "export"])
def test_a_folder_that_is_no_run(name: str, tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "e.csv")] if name == "export" else []
    assert_complaint(command(name, tmp_path, *out), "is not a run directory", "train into it first")


def test_a_run_without_a_checkpoint(tmp_path: Path, kg: Path) -> None:
    save_config(RunConfig(), tmp_path / "run.toml")
    assert_complaint(command("evaluate", tmp_path), "which graph the run was trained on", "--graph")
    assert_complaint(command("evaluate", tmp_path, "--graph", kg), "no such checkpoint", "train first")
    assert_complaint(command("train", kg, "--out", tmp_path / "new", "--resume"), "no such checkpoint")
    assert not (tmp_path / "new").exists()


def test_an_existing_run_is_neither_overwritten_nor_resumed_by_another_model(existing_run: Path, kg: Path) -> None:
    before = {path: path.read_bytes() for path in existing_run.rglob("*") if path.is_file()}
    train = ("train", kg, "--out", existing_run)
    assert_complaint(command(*train, *QUICK), "holds a run already", "--resume")
    wider = ("--resume", "--set", "architecture.hidden_dim=32")
    assert_complaint(command(*train, *wider), "another model or graph", "(4, 16) there, (4, 32) here")
    kg.write_text(primekg_text((("drug_protein", 2, 1),)))
    assert_complaint(command(*train, "--resume"), "another model or graph")
    assert {path: path.read_bytes() for path in existing_run.rglob("*") if path.is_file()} == before


def test_exports_that_cannot_be_written(existing_run: Path, tmp_path: Path) -> None:
    export = ("export", existing_run, "--format", "csv", "--out")
    assert_complaint(command(*export, tmp_path / "no" / "e.csv"), "there is no folder")
    assert_complaint(command(*export, tmp_path), "is a folder")
    wrong_type = ("--set", 'export.node_types=["drugs"]')
    assert_complaint(command(*export, tmp_path / "e.csv", *wrong_type), "'drugs'", "did you mean 'drug'?")
    assert not (tmp_path / "e.csv").exists()


def test_broken_checkpoints(existing_run: Path) -> None:
    for path in (existing_run / "checkpoints").iterdir():
        path.write_bytes(path.read_bytes()[:50])
    assert_complaint(command("evaluate", existing_run), "the checkpoint is broken")
