"""Which rows are exported and how their vectors are normalised."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from hgt_studio.config import ExportConfig
from hgt_studio.errors import ExportError, InputError
from hgt_studio.export import EmbeddingTable, write_embeddings
from tests.helpers.embeddings import awkward_table


def _exported(table: EmbeddingTable, path: Path, config: ExportConfig) -> dict[str, npt.NDArray[np.generic]]:
    write_embeddings(table, path, config.model_copy(update={"format": "npz"}))
    with np.load(path) as archive:
        return dict(archive)


def test_only_the_chosen_node_types_are_written(tmp_path: Path) -> None:
    table = awkward_table()
    drugs = table.graph.node_type == table.graph.node_types.index("drug")
    out = _exported(table, tmp_path / "out.npz", ExportConfig(node_types=("drug",)))
    np.testing.assert_array_equal(out["embeddings"], table.vectors[drugs])
    np.testing.assert_array_equal(out["node_index"], table.graph.nodes["index"].to_numpy()[drugs])
    assert set(out["node_type"]) == {"drug"}


def test_order_and_repetition_of_the_filter_do_not_matter(tmp_path: Path) -> None:
    table = awkward_table()
    everything = _exported(table, tmp_path / "a", ExportConfig())
    named = _exported(table, tmp_path / "b", ExportConfig(node_types=("drug", "gene/protein", "drug")))
    np.testing.assert_array_equal(named["embeddings"], everything["embeddings"])


def test_an_unknown_node_type_is_met_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no node type 'drugs'; did you mean 'drug'"):
        write_embeddings(awkward_table(), tmp_path / "out", ExportConfig(node_types=("drugs",)))
    with pytest.raises(ExportError, match="leaves no node"):
        write_embeddings(awkward_table(), tmp_path / "out", ExportConfig(node_types=()))
    assert not list(tmp_path.iterdir())


def test_l2_gives_unit_length_and_leaves_zero_alone(tmp_path: Path) -> None:
    table = awkward_table()
    vectors = table.vectors.copy()
    vectors[3] = 0
    out = _exported(EmbeddingTable(vectors, table.graph), tmp_path / "out", ExportConfig(normalisation="l2"))[
        "embeddings"
    ]
    exact = vectors.astype(np.float64)
    lengths = np.sqrt((exact**2).sum(axis=1))
    lengths[3] = 1
    np.testing.assert_allclose(out, exact / lengths[:, None], rtol=1e-6)


def test_standardise_uses_the_exported_rows_and_flattens_constants(tmp_path: Path) -> None:
    table = awkward_table(num_nodes=200)
    vectors = table.vectors.copy()
    vectors[:, 2] = 0.1
    config = ExportConfig(normalisation="standardise", node_types=("drug",))
    out = _exported(EmbeddingTable(vectors, table.graph), tmp_path / "out", config)["embeddings"]
    chosen = vectors[100:].astype(np.float64)
    varying = [0, 1, 3, 4]
    expected = (chosen - chosen.mean(axis=0))[:, varying] / chosen[:, varying].std(axis=0)
    np.testing.assert_allclose(out[:, varying], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(out[:, 2], 0, atol=1e-6)


def test_values_that_cannot_be_held_are_refused(tmp_path: Path) -> None:
    table = awkward_table()
    vectors = table.vectors.copy()
    vectors[7, 1] = 1e5
    with pytest.raises(ExportError, match="float16 cannot hold"):
        write_embeddings(EmbeddingTable(vectors, table.graph), tmp_path / "out", ExportConfig(precision="float16"))
    vectors[7, 1] = np.nan
    with pytest.raises(ExportError, match="float32 cannot hold"):
        write_embeddings(EmbeddingTable(vectors, table.graph), tmp_path / "out", ExportConfig(format="csv"))
    assert not list(tmp_path.iterdir())


def test_embeddings_of_another_graph_are_refused() -> None:
    table = awkward_table()
    with pytest.raises(ExportError, match="do not fit a graph of 40 nodes"):
        EmbeddingTable(table.vectors[:-1], table.graph)
