"""The main job from graph file to manifest, as the app drives it: listeners, cancel, reopening."""

import json
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hgt_studio.config import ExportConfig, RunConfig
from hgt_studio.config.settings_file import apply_overrides
from hgt_studio.errors import CancelledError, TrainingError
from hgt_studio.graph import load_graph
from hgt_studio.graph.split import split_graph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.model.inference import embed_all_nodes
from hgt_studio.pipeline import Listeners, RunResult, evaluate_run, export_run, open_run, train_run
from hgt_studio.training.events import Evaluated, Event, MemoryRead, Notice, PhaseStarted
from hgt_studio.typing import CancelToken, Progress
from tests.helpers.command_line import QUICK_SETTINGS

CONFIG = apply_overrides(RunConfig(), QUICK_SETTINGS)


@pytest.fixture
def kg(tmp_path: Path) -> Path:
    write_sample_graph(tmp_path / "kg.csv", scale=0.002)
    return tmp_path / "kg.csv"


@pytest.fixture
def trained(kg: Path) -> RunResult:
    return train_run(kg, kg.parent / "run", apply_overrides(CONFIG, ["training.num_epochs=1"]))


def test_listeners_hear_every_phase_in_order(kg: Path) -> None:
    events: list[Event] = []
    progress: list[Progress] = []
    threads = set(threading.enumerate())
    result = train_run(kg, kg.parent / "run", CONFIG, Listeners(events.append, progress.append))
    assert set(threading.enumerate()) <= threads
    phases = [event.phase for event in events if isinstance(event, PhaseStarted)]
    assert phases[:3] == ["load", "prepare", "train"]
    assert phases[-2:] == ["evaluate", "export"]
    assert {"embed", "write"} & {step.phase.split()[0] for step in progress}
    assert any(isinstance(event, MemoryRead) and event.reading.device is not None for event in events)
    (test,) = [event for event in events if isinstance(event, Evaluated) and event.edges == "test"]
    assert result.metrics == test.metrics
    (file,) = result.files
    assert file.path == result.directory / "embeddings.parquet"
    assert file.size_bytes == file.path.stat().st_size


def test_a_reopened_run_gives_the_same_metrics_and_vectors(trained: RunResult) -> None:
    run = open_run(trained.directory)
    assert evaluate_run(run).to_dict("test") == trained.metrics
    copy = trained.directory / "copy.parquet"
    export_run(run, copy, ExportConfig())
    assert copy.read_bytes() == (trained.directory / "embeddings.parquet").read_bytes()


def test_a_run_with_features_needs_their_file_for_training_only(kg: Path) -> None:
    nodes = load_graph(kg).nodes.to_pandas()
    table = kg.parent / "features.csv"
    pd.DataFrame({"id": nodes["id"], "number": np.arange(len(nodes))})[::2].drop_duplicates("id").to_csv(
        table, index=False
    )
    names = ("structural_features=true", "name_features=true", f"features_file={table}")
    config = apply_overrides(CONFIG, ["training.num_epochs=1", *(f"architecture.{name}" for name in names)])
    events: list[Event] = []
    trained = train_run(kg, kg.parent / "run", config, Listeners(events.append))
    assert any(isinstance(event, Notice) and "has no row for" in event.text for event in events)
    table.unlink()
    run = open_run(trained.directory)
    assert evaluate_run(run).to_dict("test") == trained.metrics
    copy = trained.directory / "copy.parquet"
    export_run(run, copy, ExportConfig())
    assert copy.read_bytes() == (trained.directory / "embeddings.parquet").read_bytes()


@pytest.mark.parametrize("edges", ["all", "train"])
def test_exported_vectors_see_the_edges_that_the_settings_name(edges: str, trained: RunResult) -> None:
    run, data = open_run(trained.directory), CONFIG.data
    graph = run.graph
    if edges == "train":
        graph = split_graph(graph, data.validation_share, data.test_share, data.split_seed).message_graph
    expected = embed_all_nodes(run.network.encoder, run.network.embedding.weight.detach(), graph, 1 << 30).numpy()
    out = trained.directory / "out.csv"
    export_run(run, out, ExportConfig(format="csv", message_edges=edges))  # type: ignore[arg-type]
    vectors = pd.read_csv(out, usecols=[f"e{i}" for i in range(12)]).to_numpy()
    np.testing.assert_allclose(vectors, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("phase", ["load", "prepare", "train", "evaluate", "export"])
def test_cancelled_in_any_phase_it_can_be_run_to_its_end(phase: str, kg: Path) -> None:
    """A run with a checkpoint is resumed, else it starts anew; what comes out is what comes out unstopped."""
    token = CancelToken()

    def cancel_at(event: Event) -> None:
        if isinstance(event, PhaseStarted) and event.phase == phase:
            token.cancel()

    run, config = kg.parent / "run", apply_overrides(CONFIG, ["training.num_epochs=1"])
    with pytest.raises(CancelledError):
        train_run(kg, run, config, Listeners(on_event=cancel_at, cancel=token))
    assert not list(run.rglob("*.part"))
    result = train_run(kg, run, config, resume=(run / "checkpoints" / "last.safetensors").exists())
    whole = train_run(kg, kg.parent / "whole", config)
    assert result.metrics == whole.metrics
    assert result.files[0].sha256 == whole.files[0].sha256
    assert json.loads((run / "manifest.json").read_text())["finished"]


def test_without_test_edges_there_is_nothing_to_evaluate(kg: Path) -> None:
    config = apply_overrides(CONFIG, ["data.test_share=0.0", "data.validation_share=0.0", "training.num_epochs=1"])
    result = train_run(kg, kg.parent / "run", config)
    assert result.metrics == {}
    assert "test" not in result.to_dict()
    with pytest.raises(TrainingError, match=r"no held-out edges to rank; raise data\.validation_share"):
        evaluate_run(open_run(result.directory))


def test_a_device_chosen_later_changes_nothing_else(trained: RunResult) -> None:
    run = open_run(trained.directory, device="auto")
    assert run.config.device.name == "auto"
    assert run.config == apply_overrides(open_run(trained.directory).config, ["device.name=auto"])


def test_the_graph_of_the_run_is_filtered_alike(kg: Path) -> None:
    config = apply_overrides(CONFIG, ["data.limit_nodes=100", "training.num_epochs=1"])
    result = train_run(kg, kg.parent / "run", config)
    graph = load_graph(kg, config.data)
    assert graph.num_nodes <= 100
    assert open_run(result.directory).graph.num_nodes == graph.num_nodes
    table = pd.read_parquet(result.directory / "embeddings.parquet")
    assert table["node_index"].tolist() == graph.nodes["index"].to_pylist()
