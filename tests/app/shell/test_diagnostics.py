"""The bundle holds what helps and nothing that says who the user is."""

import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.app.diagnostics import without_folders, write_diagnostics
from hgt_studio.app.engine import EngineInfo
from hgt_studio.config import RunConfig, load_config
from hgt_studio.device.selection import DeviceDescription
from hgt_studio.errors import ExportError

INFO = EngineInfo((DeviceDescription("cpu", True, hardware="Test", total_bytes=8),), {"torch": "1.2.3"})


def test_the_bundle_holds_log_versions_settings_and_devices(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "hgt-studio.log").write_text("ERROR /home/ada lovelace/kg secret/kg.csv: no column\n")
    (logs / "hgt-studio.log.1").write_text("older\n")
    (logs / "other.txt").write_text("not ours")
    target = tmp_path / "bundle.zip"
    config = RunConfig.build({"training": {"num_epochs": 7}})
    write_diagnostics(target, logs, config, INFO)
    with zipfile.ZipFile(target) as bundle:
        assert sorted(bundle.namelist()) == ["facts.json", "hgt-studio.log", "hgt-studio.log.1", "run.toml"]
        facts = json.loads(bundle.read("facts.json"))
        bundle.extract("run.toml", tmp_path)
        log = bundle.read("hgt-studio.log").decode()
    assert facts["versions"] == {"torch": "1.2.3"}
    assert facts["devices"][0]["hardware"] == "Test"
    assert load_config(tmp_path / "run.toml") == config
    assert log == "ERROR kg.csv: no column\n"


def test_it_works_before_the_engine_and_without_a_log(tmp_path):
    write_diagnostics(tmp_path / "bundle.zip", tmp_path / "none", RunConfig(), None)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        assert json.loads(bundle.read("facts.json"))["devices"] == []


def test_a_folder_that_is_gone_is_one_line(tmp_path):
    with pytest.raises(ExportError, match="there is no folder"):
        write_diagnostics(tmp_path / "gone" / "bundle.zip", tmp_path, RunConfig(), None)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('File "/Users/ada/My Project/run.py", line 3', 'File "run.py", line 3'),
        ("~/HGT Studio Runs/kg 2026/run.toml: broken", "run.toml: broken"),
        (r"C:\Users\ada\kg.csv: broken", "kg.csv: broken"),
        ("3,410 seeds/s and 1/2 of it", "3,410 seeds/s and 1/2 of it"),
    ],
)
def test_paths_are_cut_to_their_last_part(text, kept):
    assert without_folders(text) == kept


folder = st.text(st.characters(whitelist_categories=["Lu", "Ll", "Nd"], whitelist_characters=" -_"), min_size=1)


@given(st.lists(folder, min_size=1, max_size=4), st.sampled_from(["", "read ", "('", '"', "error: "]))
def test_no_folder_survives_wherever_the_path_stands(folders, before):
    marked = [f"folder{name}" for name in folders]
    path = "/" + "/".join(marked) + "/kg.csv"
    assert "folder" not in without_folders(f"{before}{path}: no rows")
