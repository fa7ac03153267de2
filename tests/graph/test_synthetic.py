"""The sample graph, read back with pandas."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.vq import kmeans2
from scipy.sparse.linalg import eigsh

from hgt_studio.errors import CancelledError, ConfigError, ExportError
from hgt_studio.graph.columns import PRIMEKG_COLUMNS
from hgt_studio.graph.synthetic import SampleGraphInfo, planted_communities, write_sample_graph
from hgt_studio.graph.synthetic_counts import NODE_TYPES, RELATIONS
from hgt_studio.graph.synthetic_edges import MATCHING_SHARE, EdgeDraw
from hgt_studio.graph.synthetic_nodes import draw_nodes
from hgt_studio.typing import CancelToken, Progress

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
SCALE = 0.02


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, SampleGraphInfo]:
    path = tmp_path_factory.mktemp("sample") / "kg.csv"
    info = write_sample_graph(path, SCALE, seed=3)
    return pd.read_csv(path, dtype=str, keep_default_na=False), info


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_counts_are_the_published_ones() -> None:
    if not DATA.exists():
        pytest.skip("the shared data are not here")
    types = pd.read_csv(DATA / "primekg_nodes.tsv", sep="\t").set_index("node_type")
    assert {name: count for name, _, count in NODE_TYPES} == types["nodes"].to_dict()
    published = pd.read_csv(DATA / "primekg_relations.tsv", sep="\t")
    ours = {(r.name, "|".join(r.display), *sorted((r.x_type, r.y_type)), r.num_edges) for r in RELATIONS}
    columns = ["relation", "display_relation", "type_a", "type_b", "undirected_edges"]
    assert ours == {(name, display, *sorted((a, b)), count) for name, display, a, b, count in published[columns].values}


def test_scale_one_has_exactly_the_published_edges() -> None:
    nodes = draw_nodes(1.0, 0)
    assert np.diff(nodes.type_ptr).tolist() == [node_type.num_nodes for node_type in NODE_TYPES]
    assert [EdgeDraw(nodes, i, 1.0, 0).num_edges for i in range(30)] == [relation.num_edges for relation in RELATIONS]


def test_table_has_primekgs_shape(sample: tuple[pd.DataFrame, SampleGraphInfo]) -> None:
    table, info = sample
    assert tuple(table.columns) == PRIMEKG_COLUMNS
    assert table.groupby("relation").size().to_dict() == info.relations
    assert len(table) == info.num_rows == sum(info.relations.values())
    triplets = table[["x_type", "relation", "y_type"]].drop_duplicates()
    expected = {(r.x_type, r.name, r.y_type) for r in RELATIONS} | {(r.y_type, r.name, r.x_type) for r in RELATIONS}
    assert set(triplets.itertuples(index=False, name=None)) == expected
    assert len(expected) == 50
    for relation in RELATIONS:
        shown = table.loc[table["relation"] == relation.name, "display_relation"]
        assert shown.value_counts(normalize=True).to_dict() == pytest.approx(relation.display, abs=0.01)


def test_edges_are_distinct_stored_both_ways_and_no_loops(sample: tuple[pd.DataFrame, SampleGraphInfo]) -> None:
    table, _ = sample
    edges = list(table[["relation", "x_index", "y_index"]].itertuples(index=False, name=None))
    assert len(set(edges)) == len(edges)
    assert {(relation, y, x) for relation, x, y in edges} == set(edges)
    assert all(x != y for _, x, y in edges)


def test_index_and_source_with_id_identify_a_node(sample: tuple[pd.DataFrame, SampleGraphInfo]) -> None:
    table, info = sample
    nodes = table[["x_index", "x_id", "x_type", "x_name", "x_source"]].drop_duplicates()
    assert nodes["x_index"].is_unique
    assert not nodes[["x_source", "x_id"]].duplicated().any()
    assert not nodes[["x_type", "x_name"]].duplicated().any()
    assert nodes["x_id"].duplicated().any()
    assert nodes.groupby("x_type").size().to_dict() == info.node_types
    for source, pattern in {"DrugBank": r"DB\d{5}", "MONDO_grouped": r"\d+_\d+", "REACTOME": r"R-HSA-\d+"}.items():
        ids = nodes.loc[nodes["x_source"] == source, "x_id"]
        assert len(ids)
        assert ids.str.fullmatch(pattern).all()
    assert nodes["x_name"].str.contains(",").any()
    assert nodes["x_name"].str.contains('"').any()


def test_degrees_are_heavy_tailed_and_all_nodes_connected(sample: tuple[pd.DataFrame, SampleGraphInfo]) -> None:
    table, info = sample
    assert info.num_nodes == len(info.community)
    for _, degree in table.groupby(["x_type", "x_index"]).size().groupby("x_type"):
        if len(degree) > 100:
            assert degree.var() > 2 * degree.mean()  # equal where partners are drawn uniformly


def test_communities_can_be_recovered_from_the_edges(sample: tuple[pd.DataFrame, SampleGraphInfo]) -> None:
    """Spectral clustering, type by type (Rohe, Chatterjee & Yu 2011, with regularised degrees)."""
    table, info = sample
    x, y = table["x_index"].astype(int).to_numpy(), table["y_index"].astype(int).to_numpy()
    num_nodes, num_communities = len(info.community), int(info.community.max()) + 1
    adjacency = sp.coo_matrix((np.ones(len(x)), (x, y)), (num_nodes, num_nodes)).tocsr()
    degree = np.asarray(adjacency.sum(axis=1)).ravel()
    scaling = sp.diags((degree + 0.2 * degree.mean()) ** -0.5)
    start = np.random.default_rng(0).random(num_nodes)
    _, vectors = eigsh(scaling @ adjacency @ scaling, k=num_communities, which="LA", tol=1e-3, v0=start)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    type_of = table.drop_duplicates("x_index").set_index(x[~table["x_index"].duplicated()])["x_type"].sort_index()
    for node_type in ("gene/protein", "drug", "disease", "anatomy"):
        chosen = (type_of == node_type).to_numpy()
        centres, found = min(
            (kmeans2(vectors[chosen], num_communities, minit="++", seed=seed, missing="raise") for seed in range(3)),
            key=lambda result: ((vectors[chosen] - result[0][result[1]]) ** 2).sum(),
        )
        assert len(centres) == num_communities
        assert normalised_mutual_information(found, info.community[chosen]) > 0.9, node_type


def normalised_mutual_information(first: npt.NDArray[np.int32], second: npt.NDArray[np.int16]) -> float:
    joint = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(joint, (first, second), 1 / len(first))
    entropy = [-sum(p * np.log(p) for p in joint.sum(axis=axis) if p) for axis in (0, 1)]
    return float(sum(entropy) + sum(p * np.log(p) for p in joint.ravel() if p)) / (sum(entropy) / 2)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.001, 0.03), st.integers(0, 1000))
def test_any_small_scale_has_distinct_edges_of_the_right_types(scale: float, seed: int) -> None:
    nodes = draw_nodes(scale, seed)
    for number, relation in enumerate(RELATIONS):
        draw = EdgeDraw(nodes, number, scale, seed)
        x, y = draw.edges()
        assert len(x) == draw.num_edges >= 3
        pairs = {tuple(sorted(pair)) for pair in zip(x.tolist(), y.tolist(), strict=True)}
        assert len(pairs) == len(x)
        assert (x != y).all()
        for ends, name in ((x, relation.x_type), (y, relation.y_type)):
            number_of_type = [node_type.name for node_type in NODE_TYPES].index(name)
            first, last = nodes.type_ptr[number_of_type : number_of_type + 2]
            assert ((ends >= first) & (ends < last)).all()


def test_most_edges_stay_within_a_community() -> None:
    nodes = draw_nodes(0.3, 0)
    disease_protein = [relation.name for relation in RELATIONS].index("disease_protein")
    x, y = EdgeDraw(nodes, disease_protein, 0.3, 0).edges()
    assert (nodes.community[x] == nodes.community[y]).mean() == pytest.approx(MATCHING_SHARE, abs=1e-3)


@pytest.mark.parametrize("name", ["kg.csv", "kg.csv.gz"])
def test_same_seed_same_bytes(tmp_path: Path, name: str) -> None:
    paths = [tmp_path / folder / name for folder in ("first", "again", "other")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        path.parent.mkdir()
        write_sample_graph(path, 0.002, seed)
    first, again, other = (digest(path) for path in paths)
    assert first == again != other


def test_gzip_holds_the_same_text_and_communities_are_planted_alike(tmp_path: Path) -> None:
    info = write_sample_graph(tmp_path / "kg.csv", 0.002, seed=5)
    write_sample_graph(tmp_path / "kg.csv.gz", 0.002, seed=5)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "kg.csv"), pd.read_csv(tmp_path / "kg.csv.gz"))
    np.testing.assert_array_equal(info.community, planted_communities(0.002, 5))


def test_progress_ends_at_the_total_and_cancel_leaves_no_file(tmp_path: Path) -> None:
    seen: list[Progress] = []
    info = write_sample_graph(tmp_path / "kg.csv", 0.002, progress=seen.append)
    assert [p.done for p in seen] == sorted({p.done for p in seen})
    assert seen[-1].done == seen[-1].total == info.num_rows
    (tmp_path / "kg.csv").unlink()
    token = CancelToken()
    with pytest.raises(CancelledError):
        write_sample_graph(tmp_path / "kg.csv", 0.002, progress=lambda _: token.cancel(), cancel=token)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.csv or a \.csv\.gz"):
        write_sample_graph(tmp_path / "kg.parquet", 0.001)
    with pytest.raises(ExportError, match="no folder"):
        write_sample_graph(tmp_path / "missing" / "kg.csv", 0.001)
    with pytest.raises(ConfigError, match="scale: 0"):
        write_sample_graph(tmp_path / "kg.csv", 0.0)
    with pytest.raises(ConfigError, match="seed: -1"):
        write_sample_graph(tmp_path / "kg.csv", 0.001, seed=-1)
