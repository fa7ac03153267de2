"""The engine as a library: plain functions, and the one call that does it all."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hgt_studio
from hgt_studio.config import RunConfig
from hgt_studio.errors import ConfigError, RunDirectoryError
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.model.inference import embed_all_nodes
from hgt_studio.pipeline import open_run

TINY: dict[str, Any] = {
    "embedding_dim": 12, "hidden_dim": 16, "num_heads": 2, "batch_size": 64, "num_neighbors": [4, 3],
    "gradient_accumulation_steps": 2, "num_epochs": 1, "learning_rate": 0.01, "device": "cpu",
}  # fmt: skip
TINY_CONFIG = {
    "architecture": {"embedding_dim": 12, "hidden_dim": 16, "num_heads": 2},
    "sampling": {"batch_size": 64, "num_neighbors": (4, 3)},
    "training": {"num_epochs": 1},
    "device": {"name": "cpu"},
}


@pytest.fixture
def kg(tmp_path: Path) -> Path:
    write_sample_graph(tmp_path / "kg.csv", scale=0.002)
    return tmp_path / "kg.csv"


def test_the_signature_is_the_promised_one_and_its_defaults_mostly_those_of_the_settings() -> None:
    """But for the batch, four small ones making the step that the settings take from one; and for the contrast."""
    parameters = inspect.signature(hgt_studio.generate_hgt_embeddings).parameters
    assert list(parameters)[:2] == ["edges_csv", "output_csv"]
    defaults = {name: parameter.default for name, parameter in list(parameters.items())[2:]}
    defaults["num_neighbors"] = list(defaults["num_neighbors"])
    assert list(defaults.items()) == [
        ("embedding_dim", 512), ("hidden_dim", 256), ("num_layers", 2), ("num_heads", 8), ("batch_size", 512),
        ("num_neighbors", [10, 5]), ("gradient_accumulation_steps", 4), ("num_epochs", 100),
        ("learning_rate", 0.001), ("device", None), ("contrastive_weight", 0.5), ("similarity_threshold", 0.1),
        ("limit_nodes", None), ("include_node_types", None),
    ]  # fmt: skip
    config = RunConfig()
    assert defaults.pop("contrastive_weight") > config.training.contrastive_weight
    seeds_per_step = defaults.pop("batch_size") * defaults.pop("gradient_accumulation_steps")
    assert seeds_per_step == config.sampling.batch_size * config.training.gradient_accumulation_steps
    for section in (config.architecture, config.sampling, config.training, config.data):
        for name in defaults.keys() & type(section).model_fields:
            value = getattr(section, name)
            assert (list(value) if isinstance(value, tuple) else value) == defaults[name], name


def test_one_call_from_edges_to_embeddings(kg: Path, tmp_path: Path) -> None:
    out = tmp_path / "embeddings.csv"
    statistics = hgt_studio.generate_hgt_embeddings(kg, out, **TINY)
    assert statistics["num_nodes"] == 265
    assert statistics["num_edges"] == 3154
    assert (statistics["embedding_dim"], statistics["output_csv"]) == (12, str(out))
    assert 0 < statistics["test"]["mrr"] < 1
    assert statistics["health"]["dim"] == 12
    assert statistics["seconds"] > 0
    assert statistics["peak_bytes"] > 0
    table = pd.read_csv(out, keep_default_na=False)
    vectors = [f"e{i}" for i in range(12)]
    assert list(table.columns) == ["node_index", "node_id", "node_type", "node_name", "node_source", *vectors]
    run = open_run(Path(statistics["directory"]))
    expected = embed_all_nodes(run.network.encoder, run.network.embedding.weight.detach(), run.graph, 1 << 30)
    np.testing.assert_allclose(table[vectors].to_numpy(), expected.numpy(), rtol=1e-4, atol=1e-5)


def test_filters_reach_the_graph(kg: Path, tmp_path: Path) -> None:
    types = ["drug", "disease", "gene/protein"]
    statistics = hgt_studio.generate_hgt_embeddings(
        kg, tmp_path / "e.csv", **TINY, include_node_types=types, limit_nodes=60
    )
    table = pd.read_csv(tmp_path / "e.csv", keep_default_na=False)
    assert set(table["node_type"]) <= set(types)
    assert len(table) == statistics["num_nodes"] <= 60


def test_another_call_replaces_the_run_unless_the_settings_are_the_same(kg: Path, tmp_path: Path) -> None:
    out = tmp_path / "e.csv"
    first = hgt_studio.generate_hgt_embeddings(kg, out, **TINY)
    checkpoint = Path(first["directory"]) / "checkpoints" / "last.safetensors"
    trained, written = checkpoint.read_bytes(), out.read_bytes()
    again = hgt_studio.generate_hgt_embeddings(kg, out, **TINY)
    assert again["test"] == first["test"]
    assert (checkpoint.read_bytes(), out.read_bytes()) == (trained, written)
    wider = hgt_studio.generate_hgt_embeddings(kg, out, **(TINY | {"embedding_dim": 20}))
    assert wider["embedding_dim"] == 20
    assert pd.read_csv(out).shape[1] == 25


def test_wrong_arguments_are_named_before_anything_is_written(kg: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"hidden_dim: 15 does not divide by num_heads = 2"):
        hgt_studio.generate_hgt_embeddings(kg, tmp_path / "e.csv", **(TINY | {"hidden_dim": 15}))
    with pytest.raises(ConfigError, match=r"sampling\.num_neighbors"):
        hgt_studio.generate_hgt_embeddings(kg, tmp_path / "e.csv", **(TINY | {"num_layers": 3}))
    with pytest.raises(ConfigError, match="device"):
        hgt_studio.generate_hgt_embeddings(kg, tmp_path / "e.csv", **(TINY | {"device": "gpu"}))
    assert {path.name for path in tmp_path.iterdir()} == {"kg.csv"}


def test_train_and_export(kg: Path, tmp_path: Path) -> None:
    result = hgt_studio.train(kg, tmp_path / "run", TINY_CONFIG)
    assert set(result) >= {"test", "per_relation", "health", "seconds", "peak_bytes", "shapes", "directory"}
    with pytest.raises(RunDirectoryError, match="holds a run already"):
        hgt_studio.train(kg, tmp_path / "run", TINY_CONFIG)
    resumed = hgt_studio.train(kg, tmp_path / "run", RunConfig.build(TINY_CONFIG), resume=True)
    assert resumed["test"] == result["test"]
    (path,) = hgt_studio.export(tmp_path / "run", tmp_path / "e.npz", format="npz", node_types=("drug",))
    assert path == tmp_path / "e.npz"
    with np.load(path, allow_pickle=False) as arrays:
        assert any(array.shape == (16, 12) for array in arrays.values())
    with pytest.raises(ConfigError, match=r"export\.formt: there is no such setting; did you mean 'format'"):
        hgt_studio.export(tmp_path / "run", tmp_path / "e.npz", formt="npz")
    with pytest.raises(RunDirectoryError, match="is not a run directory"):
        hgt_studio.export(tmp_path, tmp_path / "e.npz")


def test_loaded_graphs_are_those_of_the_file(kg: Path) -> None:
    graph = hgt_studio.load_graph(kg)
    assert (graph.num_nodes, graph.num_edges, len(graph.triplets)) == (265, 3154, 50)


def test_torch_waits_until_the_environment_is_prepared() -> None:
    """Torch reads its environment variables when it is imported, so none of the entry points may import it."""
    code = (
        "import sys, hgt_studio.cli; from hgt_studio import export, generate_hgt_embeddings, train; "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[1])


def test_unknown_names_are_no_part_of_it() -> None:
    with pytest.raises(AttributeError, match="no attribute 'embed'"):
        hgt_studio.embed  # noqa: B018
