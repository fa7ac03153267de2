"""Nodes that training never saw, embedded from their neighbours and features."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hgt_studio
from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.graph.synthetic import write_sample_graph
from tests.helpers.command_line import QUICK_SETTINGS, command

SETTINGS = (
    "architecture.hidden_dim=32", "architecture.embedding_dim=64", "architecture.num_heads=4",
    "sampling.batch_size=256", "sampling.num_neighbors=[10, 5]", "device.name=cpu", "device.cpu_threads=1",
    "training.learning_rate=0.01", "training.embedding_rate=1", "training.gradient_accumulation_steps=1",
    "training.contrastive_weight=0", "evaluation.every_epochs=0", "evaluation.max_test_edges_per_relation=5",
    "evaluation.memory_budget_mib=64",
)  # fmt: skip
GENE = "gene/protein"


@dataclass(frozen=True)
class Planted:
    """A planted graph whole, and without a fifth of its genes. community: of each `x_index`."""

    whole: Path
    seen: Path
    hidden: np.ndarray
    community: np.ndarray


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("planted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HGT_STUDIO_CACHE_DIR", str(folder / "cache"))
        made = write_sample_graph(folder / "whole.csv", scale=0.01)
        table = pd.read_csv(folder / "whole.csv")
        genes = table.loc[table.x_type == GENE, "x_index"].unique()
        hidden = np.random.default_rng(0).choice(genes, len(genes) // 5, replace=False)
        table[~table.x_index.isin(hidden) & ~table.y_index.isin(hidden)].to_csv(folder / "seen.csv", index=False)
        yield Planted(folder / "whole.csv", folder / "seen.csv", hidden, made.community)


@pytest.mark.parametrize(
    ("settings", "least"),
    [
        (("architecture.structural_features=true",), 0.7),
        (("architecture.structural_features=true", "architecture.node_embeddings=false"), 0.7),
        (("architecture.embedding_dropout=0.3", "training.layer_rate_share=1.0"), 0.6),
        ((), 0.6),
        (("architecture.encoder=none",), 0.6),
        (("architecture.encoder=none", "architecture.decoder=complex", "architecture.embedding_length=0"), 0.6),
    ],
)
def test_hidden_nodes_come_to_lie_among_their_community(
    settings: tuple[str, ...], least: float, planted: Planted, tmp_path: Path
) -> None:
    """The nearest of the nodes that were seen are of the same community, which about a ninth of all are."""
    chosen = (*SETTINGS, "training.num_epochs=20", *settings)
    hgt_studio.train(planted.seen, tmp_path / "run", apply_overrides(RunConfig(), chosen))
    (path,) = hgt_studio.embed_graph(tmp_path / "run", planted.whole, tmp_path / "all.parquet")
    table = pd.read_parquet(path).query(f"node_type == '{GENE}'")
    vectors = np.stack(table["embedding"].to_numpy())
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    community, is_new = planted.community[table["node_index"]], table["node_index"].isin(planted.hidden).to_numpy()
    assert is_new.sum() == len(planted.hidden)
    nearest = np.argsort(-vectors[is_new] @ vectors[~is_new].T, axis=1)[:, :10]
    same = community[~is_new][nearest] == community[is_new][:, None]
    chance = np.mean(community[~is_new][None] == community[is_new][:, None])
    assert same.mean() > least > 2 * chance


@pytest.fixture(scope="module")
def quick_run(planted: Planted) -> Path:
    run = planted.whole.parent / "quick"
    settings = (*QUICK_SETTINGS, "training.num_epochs=1", "architecture.name_features=true")
    hgt_studio.train(planted.seen, run, apply_overrides(RunConfig(), settings))
    return run


def test_the_graph_of_the_run_itself_gives_its_own_embeddings(quick_run: Path, planted: Planted) -> None:
    (found,) = hgt_studio.embed_graph(quick_run, planted.seen, quick_run / "again.parquet")
    expected = pd.read_parquet(quick_run / "embeddings.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(found).drop(columns="embedding"), expected.drop(columns="embedding"))
    vectors = (np.stack(table["embedding"].to_numpy()) for table in (pd.read_parquet(found), expected))
    np.testing.assert_allclose(*vectors, atol=1e-5)


def test_the_command_says_how_many_nodes_are_new(quick_run: Path, planted: Planted) -> None:
    out = quick_run / "all.csv"
    told = command("embed", quick_run, planted.whole, "--out", out, "--format", "csv")
    assert told.code == 0, told.err
    assert f"{len(planted.hidden)} nodes are new to the network" in told.out + told.err
    table = pd.read_csv(out)
    nodes = pd.read_csv(planted.whole)["x_index"].unique()
    assert set(table["node_index"]) == set(nodes)
    assert np.isfinite(table.filter(regex=r"^e\d+$").to_numpy()).all()
