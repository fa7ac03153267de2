"""The manifest names what a run was made of and what came out."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hgt_studio.export
from hgt_studio.config import ExportConfig, RunConfig
from hgt_studio.errors import ExportError, InputError
from hgt_studio.export import build_manifest, write_embeddings, write_manifest
from tests.helpers.embeddings import awkward_table


def _refuse(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")


def test_manifest_round_trips_with_files_graph_and_config(tmp_path: Path) -> None:
    table = awkward_table()
    graph_file = tmp_path / "kg β.csv"
    graph_file.write_bytes(b"relation,x\n" * 1000)
    config = RunConfig.build({"training": {"seed": 7}, "architecture": {"embedding_dim": 6}})
    files = write_embeddings(table, tmp_path / "e.csv", ExportConfig(format="csv"))
    metrics = {"test": {"mrr": 0.25, "auroc": float("nan")}, "list": (1.0, float("inf"))}
    write_manifest(
        tmp_path / "manifest.json", build_manifest(config, table.graph, graph_file, files, metrics, {"train": 1.5})
    )

    back = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"), parse_constant=_refuse)
    assert RunConfig.build(back["config"]) == config
    assert back["seed"] == 7
    assert back["metrics"] == {"test": {"mrr": 0.25, "auroc": None}, "list": [1.0, None]}
    assert back["graph"]["sha256"] == hashlib.sha256(graph_file.read_bytes()).hexdigest()
    assert (back["graph"]["name"], back["graph"]["size_bytes"]) == ("kg β.csv", 11_000)
    assert back["graph"]["node_types"] == {"gene/protein": 20, "drug": 20}
    assert back["graph"]["triplets"] == {"(drug, r, drug)": 1}
    assert back["versions"]["numpy"] == np.__version__
    assert set(back["versions"]) >= {"hgt-studio", "python", "torch", "numba"}
    (entry,) = back["files"]
    content = (tmp_path / "e.csv").read_bytes()
    assert entry["name"] == "e.csv"
    assert (entry["size_bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_errors_are_ours(tmp_path: Path) -> None:
    graph = awkward_table().graph
    with pytest.raises(InputError, match="cannot be read for the manifest"):
        build_manifest(RunConfig(), graph, tmp_path / "gone.csv", (), {}, {})
    with pytest.raises(ExportError, match="there is no folder"):
        write_manifest(tmp_path / "missing" / "manifest.json", {})


def test_the_room_opens_without_torch_pandas_or_anndata() -> None:
    code = (
        f"import sys, {hgt_studio.export.__name__}; print({{'torch', 'pandas', 'anndata', 'h5py'}} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
