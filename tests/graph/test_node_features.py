"""The feature table: standardised by type, zeros where a node has none; and the user's file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hgt_studio.config import ArchitectureConfig
from hgt_studio.errors import InputError
from hgt_studio.graph.features_file import count_feature_columns, features_from_file
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.node_features import Scaling, feature_width, node_features
from tests.helpers.graphs import random_graph

ALL = {"structural_features": True, "name_features": True}


def write(path: Path, table: pd.DataFrame) -> Path:
    table.to_parquet(path) if path.suffix == ".parquet" else table.to_csv(path, index=False)
    return path


def some_nodes(graph: KnowledgeGraph, seed: int = 0) -> tuple[np.ndarray, pd.DataFrame]:
    """Some nodes in random order, and a table with a row for each."""
    draw = np.random.default_rng(seed)
    chosen = draw.permutation(graph.num_nodes)[: graph.num_nodes // 2]
    nodes = graph.nodes.to_pandas().iloc[chosen]
    types = np.array(graph.node_types)[graph.node_type[chosen]]
    numbers = {"mass": draw.normal(3.0, 2.0, len(chosen)), "count": draw.integers(0, 9, len(chosen))}
    return chosen, pd.DataFrame({"id": nodes["id"], "type": types, "name": nodes["name"]} | numbers)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize("by", ["id and type", "name"])
def test_rows_go_to_their_nodes(tmp_path: Path, ending: str, by: str) -> None:
    graph = random_graph(0)
    chosen, table = some_nodes(graph)
    path = write(tmp_path / f"f.{ending}", table.drop(columns=["id"] if by == "name" else ["name"]))
    found = features_from_file(path, graph)
    np.testing.assert_allclose(found[chosen], table[["mass", "count"]].to_numpy(), rtol=1e-6)
    assert np.isnan(np.delete(found, chosen, axis=0)).all()
    assert count_feature_columns(path) == 2


def test_ids_that_look_like_numbers_stay_texts(tmp_path: Path) -> None:
    graph = random_graph(0)
    ids = ["007", "7", *graph.nodes["id"].to_pylist()[2:]]
    nodes = graph.nodes.set_column(0, "id", [ids])
    numbered = type(graph)(**{name: getattr(graph, name) for name in graph.__dataclass_fields__} | {"nodes": nodes})
    path = write(tmp_path / "f.csv", pd.DataFrame({"id": ["007"], "mass": [1.0]}))
    assert np.flatnonzero(~np.isnan(features_from_file(path, numbered)[:, 0])).tolist() == [0]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"node": ["id0"], "mass": [1.0]}, "has no column that names the node"),
        ({"id": ["id0"]}, "has no column of numbers"),
        ({"id": ["id0"], "colour": ["red"]}, "column 'colour' holds"),
        ({"id": ["id0", "id1"], "mass": [1.0, None]}, "column 'mass' is empty or not finite in row 2"),
        ({"id": ["id0", "id1"], "mass": [np.inf, 1.0]}, "column 'mass' is empty or not finite in row 1"),
        ({"id": ["x", "y"], "mass": [1.0, 2.0]}, "no row belongs to a node of the graph"),
        ({"id": ["id0", "id0"], "mass": [1.0, 2.0]}, "names a node twice in 'id'"),
    ],
)
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_file_that_cannot_serve_is_refused_in_one_line(
    tmp_path: Path, table: dict[str, list[object]], message: str, ending: str
) -> None:
    path = write(tmp_path / f"f.{ending}", pd.DataFrame(table))
    with pytest.raises(InputError) as caught:
        features_from_file(path, random_graph(0))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["absent.csv", "absent.parquet", "broken.parquet"])
def test_an_unreadable_file_is_refused_and_counts_no_columns(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(InputError, match="cannot be read as a table of features"):
        features_from_file(tmp_path / name, random_graph(0))
    assert count_feature_columns(tmp_path / name) == 0


def test_every_type_is_standardised_by_itself(tmp_path: Path) -> None:
    graph = random_graph(0, {"drug": 80, "disease": 70, "gene": 90, "lone": 2}, facts_per_triplet=300)
    chosen, table = some_nodes(graph)
    config = ArchitectureConfig(**ALL, features_file=str(write(tmp_path / "f.csv", table)))
    features = node_features(graph, config)
    assert features is not None
    assert features.values.dtype == np.float32
    assert features.values.shape == (graph.num_nodes, feature_width(config, graph.triplets))
    assert "has no row for" in features.notices[0]
    assert f"{graph.num_nodes - len(chosen)} of {graph.num_nodes}" in features.notices[0]
    assert not np.delete(features.values[:, -2:], chosen, axis=0).any()
    for name in ("drug", "disease", "gene"):
        nodes = graph.nodes_of(name)
        inside = np.abs(features.values[nodes.start : nodes.stop]).max(0) < 8.0
        of_graph = inside & (np.arange(len(inside)) < len(inside) - 2)
        rows = features.values[nodes.start : nodes.stop, of_graph]
        np.testing.assert_allclose(rows.mean(0), 0.0, atol=1e-4)
        assert set(np.round(rows.std(0), 3)) <= {0.0, 1.0}
    of_file = features.values[chosen[graph.node_type[chosen] == 0], -2:]
    np.testing.assert_allclose(of_file.std(0), 1.0, rtol=1e-3)


def test_another_graph_is_measured_by_the_same_mean_and_scale() -> None:
    config, graph = ArchitectureConfig(name_features=True), random_graph(0)
    features = node_features(graph, config)
    assert features is not None
    again = node_features(graph, config, features.scaling)
    assert again is not None
    np.testing.assert_array_equal(again.values, features.values)
    mean, deviation = features.scaling
    raw = node_features(graph, config, Scaling(np.zeros_like(mean), np.ones_like(deviation)))
    assert raw is not None
    np.testing.assert_allclose(np.linalg.norm(raw.values, axis=1), 1.0, rtol=1e-5)


def test_no_features_are_none() -> None:
    assert node_features(random_graph(0), ArchitectureConfig()) is None
    assert feature_width(ArchitectureConfig(), random_graph(0).triplets) == 0
