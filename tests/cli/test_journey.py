"""From nothing to exported embeddings with the command line alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hgt_studio.config import RunConfig, load_config
from hgt_studio.config.settings_file import apply_overrides
from hgt_studio.model.inference import embed_all_nodes
from hgt_studio.pipeline import open_run
from tests.helpers.command_line import QUICK, QUICK_SETTINGS, command
from tests.helpers.tables import real_table

METRICS = {"mrr", "hits@1", "hits@3", "hits@10", "auroc", "average_precision"}


@dataclass(frozen=True)
class Journey:
    """A trained run, and what `train --json` printed."""

    kg: Path
    run: Path
    printed: dict[str, Any]


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    folder = tmp_path_factory.mktemp("journey")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HGT_STUDIO_CACHE_DIR", str(folder / "cache"))
        kg, run = folder / "kg.csv.gz", folder / "run"
        made = command("sample-graph", kg, "--scale", 0.002, "--seed", 3)
        assert (made.code, made.out) == (0, f"{kg}: 265 nodes, 3,154 rows\n")
        yield Journey(kg, run, command("train", kg, "--out", run, "--json", *QUICK).json())


def test_info_counts_nodes_and_edges(journey: Journey) -> None:
    found = command("info", journey.kg, "--json").json()
    table = pd.read_csv(journey.kg, dtype=str)
    nodes = pd.concat([table[["x_index", "x_type"]].set_axis(["index", "type"], axis=1),
                       table[["y_index", "y_type"]].set_axis(["index", "type"], axis=1)]).drop_duplicates()  # fmt: skip
    assert found["num_nodes"] == len(nodes)
    assert found["num_edges"] == len(table)
    assert found["node_types"] == nodes["type"].value_counts().to_dict()
    assert found["relations"] == table["relation"].value_counts().to_dict()
    assert found["triplets"] == len(table[["x_type", "relation", "y_type"]].drop_duplicates()) == 50


def test_info_obeys_settings(journey: Journey) -> None:
    kept = '["drug", "disease"]'
    found = command("info", journey.kg, "--json", "--set", f"data.include_node_types={kept}").json()
    assert set(found["node_types"]) == {"drug", "disease"}
    text = command("info", journey.kg, "--set", f"data.include_node_types={kept}")
    assert f"{found['num_nodes']:,} nodes, {found['num_edges']:,} edges" in text.out


def test_train_prints_what_machines_read(journey: Journey) -> None:
    printed = journey.printed
    assert set(printed["test"]) >= METRICS
    assert all(0 <= printed["test"][name] <= 1 for name in METRICS)
    assert all(set(metrics) >= METRICS for metrics in printed["per_relation"].values())
    assert {"mean_abs_cosine", "components_90", "verdict"} <= set(printed["health"])
    leakage = printed["leakage"]
    assert leakage["hidden_edges"] >= leakage["validation_pairs"] + leakage["test_pairs"] > 0
    assert 0 < printed["seconds"] < 300
    assert printed["peak_bytes"] > 10_000_000
    assert (printed["shapes"], printed["directory"]) == (1, str(journey.run))


def test_the_run_directory_is_complete(journey: Journey) -> None:
    files = {str(path.relative_to(journey.run)) for path in journey.run.rglob("*") if path.is_file()}
    assert files == {
        "run.toml", "metrics.jsonl", "embeddings.parquet", "manifest.json",
        "checkpoints/last.safetensors", "checkpoints/best.safetensors",
    }  # fmt: skip
    assert load_config(journey.run / "run.toml") == apply_overrides(RunConfig(), QUICK_SETTINGS)
    lines = [json.loads(line) for line in (journey.run / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines if line["event"] == "EpochDone"] == [1, 2]
    assert [line["edges"] for line in lines if line["event"] == "Evaluated"] == ["validation"] * 2 + ["test"]
    manifest = json.loads((journey.run / "manifest.json").read_text())
    assert manifest["finished"]
    assert manifest["graph"]["path"] == str(journey.kg.resolve())
    assert manifest["metrics"] == {
        name: journey.printed[name] for name in ("test", "per_relation", "health", "leakage")
    }
    assert [file["name"] for file in manifest["files"]] == ["embeddings.parquet"]


def test_evaluate_repeats_the_metrics_of_training(journey: Journey) -> None:
    found = command("evaluate", journey.run, "--json").json()
    assert found == {name: journey.printed[name] for name in ("test", "per_relation", "health", "leakage")}
    text = command("evaluate", journey.run).out
    assert f"{found['test']['mrr']:.4f}" in text


def test_exports_hold_the_embeddings_of_all_nodes(journey: Journey, tmp_path: Path) -> None:
    run = open_run(journey.run)
    expected = embed_all_nodes(run.network.encoder, run.network.embedding.weight.detach(), run.graph, 1 << 30).numpy()
    csv, parquet = tmp_path / "e.csv", tmp_path / "e.parquet"
    assert command("export", journey.run, "--out", csv, "--format", "csv").code == 0
    (file,) = command("export", journey.run, "--out", parquet, "--json").json()["files"]
    assert (file["path"], file["rows"]) == (str(parquet), 265)
    by_csv, by_parquet = pd.read_csv(csv, keep_default_na=False), pd.read_parquet(parquet)
    columns = ["node_index", "node_id", "node_type", "node_name", "node_source", *(f"e{i}" for i in range(12))]
    assert list(by_csv.columns) == columns
    assert by_csv["node_index"].tolist() == run.graph.nodes["index"].to_pylist()
    np.testing.assert_allclose(by_csv[columns[5:]].to_numpy(), expected, rtol=1e-4, atol=1e-5)
    vectors = by_parquet[columns[5:]] if "e0" in by_parquet else np.stack(by_parquet["embedding"].to_list())
    np.testing.assert_allclose(np.asarray(vectors), expected, rtol=1e-5, atol=1e-5)
    of_training = pd.read_parquet(journey.run / "embeddings.parquet")
    pd.testing.assert_frame_equal(of_training, by_parquet)


def test_export_obeys_settings(journey: Journey, tmp_path: Path) -> None:
    out = tmp_path / "drugs.csv"
    settings = ("--set", 'export.node_types=["drug"]', "--set", "export.normalisation=l2")
    assert command("export", journey.run, "--out", out, "--format", "csv", *settings).code == 0
    table = pd.read_csv(out, keep_default_na=False)
    assert set(table["node_type"]) == {"drug"}
    np.testing.assert_allclose(np.linalg.norm(table[[f"e{i}" for i in range(12)]], axis=1), 1, rtol=1e-4)


def test_the_graph_may_have_moved(journey: Journey, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere.csv.gz"
    journey.kg.rename(moved)
    try:
        lost = command("evaluate", journey.run, "--json")
        found = command("evaluate", journey.run, "--json", "--graph", moved).json()
    finally:
        moved.rename(journey.kg)
    assert lost.code == 2
    assert str(journey.kg) in lost.err
    assert found["test"] == journey.printed["test"]


def test_devices_names_all_kinds_and_says_why_one_is_absent() -> None:
    found = command("devices", "--json").json()
    assert list(found) == ["mps", "cuda", "cpu"]
    assert found["cpu"]["is_available"]
    assert all(row["is_available"] or row["reason"] for row in found.values())
    assert command("devices").out.count("\n") == 3


@pytest.mark.slow
def test_a_real_graph(tmp_path: Path) -> None:
    kg, run = real_table("real_small.csv.gz"), tmp_path / "run"
    settings = (
        "training.num_epochs=10", "training.gradient_accumulation_steps=1", "training.contrastive_weight=0.2",
        "sampling.batch_size=512", "evaluation.every_epochs=0", "evaluation.max_test_edges_per_relation=100",
    )  # fmt: skip
    overrides = [argument for setting in settings for argument in ("--set", setting)]
    printed = command("train", kg, "--out", run, "--json", *QUICK, *overrides).json()
    losses = [
        line["loss"]
        for line in map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
        if line["event"] == "EpochDone"
    ]
    assert losses[-1] < 0.95 * losses[0]
    assert printed["test"]["auroc"] > 0.55  # 0.5 is chance
    table = pd.read_parquet(run / "embeddings.parquet", columns=["node_index", "node_type"])
    assert (len(table), table["node_index"].nunique(), table["node_type"].nunique()) == (8023, 8023, 9)
