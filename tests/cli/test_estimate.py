"""`hgt-studio estimate`: JSON of the promised form, from a file, from counts, from nothing; fit and calibration."""

import json
from pathlib import Path

import pytest

from hgt_studio.graph.synthetic import write_sample_graph
from tests.helpers.command_line import QUICK, command


@pytest.fixture(scope="module")
def kg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("graph") / "kg.csv"
    write_sample_graph(path, scale=0.004)
    return path


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibrations of a test stay in its own folder."""
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path)


def test_json_has_the_promised_form(kg: Path) -> None:
    found = command("estimate", kg, "--device", "cpu", "--budget-gib", "2", "--json").json()
    assert set(found["peak_bytes"]) == {"train", "evaluate", "export"}
    assert found["budget_bytes"] == 2 * 2**30
    assert found["verdict"] == "safe"
    assert sum(part["bytes"] for part in found["parts"]) == found["peak_bytes"]["train"]
    (shape,) = found["shapes"]
    assert len(shape["nodes"]) == 3
    assert not found["shapes_are_predicted"]


def test_counts_need_no_file(tmp_path: Path) -> None:
    found = command("estimate", "--counts", "--device", "cpu", "--json").json()
    assert found["shapes_are_predicted"]
    counts = tmp_path / "counts.json"
    counts.write_text(json.dumps({"nodes": {"a": 100, "b": 50}, "edges": [["a", "r", "b", 400], ["b", "r", "a", 400]]}))
    small = command("estimate", counts, "--counts", "--device", "cpu", "--json").json()
    assert small["peak_bytes"]["train"] < found["peak_bytes"]["train"] / 5
    counts.write_text('{"nodes": 3}')
    refused = command("estimate", counts, "--counts")
    assert refused.code == 2
    assert "not a file of counts" in refused.err


def test_fit_names_what_it_changed(kg: Path) -> None:
    found = command(
        "estimate", kg, "--device", "cpu", "--budget-gib", "0.35", "--fit", "batch_size,hidden_dim", "--json"
    )
    fitted = found.json()["fit"]
    assert fitted["changes"]
    assert fitted["fits"] == (found.json()["verdict"] == "safe")
    assert fitted["config"]["architecture"]["hidden_dim"] <= 256


def test_without_a_file_or_counts_it_says_what_to_give() -> None:
    refused = command("estimate")
    assert refused.code == 2
    assert "--counts" in refused.err


def test_calibration_is_shown_and_remembered(kg: Path) -> None:
    first = command("estimate", kg, "--device", "cpu", "--calibrate", "--json", *QUICK).json()["calibration"]
    assert 0.85 < first["factor"] < 1.05
    assert first["parts"][-1]["name"] == "peak of training"
    assert command("estimate", kg, "--device", "cpu", "--json").json()["calibration"] == first
    assert "calibrated: measured" in command("estimate", kg, "--device", "cpu").out


def test_a_run_that_hardly_fits_is_told_and_trains_anyway(
    kg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hgt_studio.pipeline.live_budget", lambda *_: 1_000_000)
    outcome = command("train", kg, "--out", tmp_path / "run", "--json", *QUICK, "--set", "training.num_epochs=1")
    assert outcome.code == 0
    assert "may run out of memory; training anyway" in " ".join(outcome.err.split())
