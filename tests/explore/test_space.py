"""Space, plane, neighbours and search against independent computations."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.config import ExportConfig
from hgt_studio.errors import RunDirectoryError
from hgt_studio.explore import EmbeddingSpace, find_nodes, nearest_neighbours, open_space, principal_plane
from hgt_studio.export import EmbeddingTable, write_embeddings
from tests.helpers.graphs import random_graph

NAMES = ("Asthma", "asthma attack", "Severe asthma", "", None, "Cancer of the lung", "lung")


def made_space(seed: int, num_nodes: int = 40, dim: int = 6) -> EmbeddingSpace:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(num_nodes, dim)).astype(np.float32)
    vectors[3] = 0.0
    return EmbeddingSpace(
        vectors,
        ids=pa.array([f"ID:{node}" for node in range(num_nodes)]),
        names=pa.array([NAMES[node % len(NAMES)] for node in range(num_nodes)], pa.string()),
        type_names=("drug", "disease"),
        type_of=(np.arange(num_nodes) % 2).astype(np.int16),
    )


def test_a_written_run_is_read_back(tmp_path: Path) -> None:
    graph = random_graph(0)
    vectors = np.random.default_rng(0).normal(size=(graph.num_nodes, 5)).astype(np.float32)
    write_embeddings(EmbeddingTable(vectors, graph), tmp_path / "embeddings.parquet", ExportConfig())
    space = open_space(tmp_path)
    np.testing.assert_array_equal(space.vectors, vectors)
    assert [space.type_name(node) for node in range(len(space))] == [graph.node_types[t] for t in graph.node_type]
    assert space.ids.to_pylist() == graph.nodes["id"].to_pylist()


def test_a_folder_without_embeddings_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="has no embeddings yet"):
        open_space(tmp_path)
    (tmp_path / "embeddings.parquet").write_text("not parquet")
    with pytest.raises(RunDirectoryError, match="cannot be read"):
        open_space(tmp_path)


@given(seed=st.integers(0, 500), count=st.integers(1, 60), only=st.sampled_from([None, ("drug",), ("disease",)]))
def test_neighbours_are_those_of_a_full_sort(seed: int, count: int, only: tuple[str, ...] | None) -> None:
    space, node = made_space(seed), seed % 40
    unit = space.vectors.astype(np.float64)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-30)
    cosine = unit @ unit[node]
    others = [n for n in range(len(space)) if n != node and (only is None or space.type_name(n) in only)]
    found = nearest_neighbours(space, node, count, only)
    assert len(found) == min(count, len(others))
    assert {near.node for near in found} <= set(others)
    best = sorted((cosine[n] for n in others), reverse=True)[: len(found)]
    np.testing.assert_allclose([near.cosine for near in found], best, atol=1e-6)


def test_the_plane_is_that_of_a_singular_value_decomposition() -> None:
    generator = np.random.default_rng(1)
    vectors = (generator.normal(size=(300, 5)) * [9.0, 4.0, 1.0, 0.5, 0.1]).astype(np.float32)
    centred = vectors.astype(np.float64) - vectors.mean(0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    expected = centred @ directions[:2].T
    plane = principal_plane(vectors)
    for axis in range(2):
        sign = np.sign(plane[:, axis] @ expected[:, axis])
        np.testing.assert_allclose(plane[:, axis], sign * expected[:, axis], atol=1e-3)
    np.testing.assert_array_equal(plane, principal_plane(vectors.copy()))


@pytest.mark.parametrize(("nodes", "dim"), [(0, 3), (1, 3), (2, 1), (5, 2)])
def test_the_plane_of_very_few_nodes(nodes: int, dim: int) -> None:
    plane = principal_plane(np.ones((nodes, dim), np.float32))
    assert plane.shape == (nodes, 2)
    assert np.isfinite(plane).all()


def test_search_puts_whole_matches_before_beginnings_before_the_rest() -> None:
    space = made_space(0, num_nodes=len(NAMES))
    assert find_nodes(space, "ASTHMA") == [0, 1, 2]
    assert find_nodes(space, "lung") == [6, 5]
    assert find_nodes(space, "id:4") == [4]
    assert find_nodes(space, "  ") == []
    assert find_nodes(space, "nowhere") == []
    assert find_nodes(space, "a", limit=2) == [0, 1]
