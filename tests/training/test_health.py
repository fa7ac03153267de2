"""Health figures against brute force over all pairs, and verdicts on spaces built to be well or ill."""

import json

import numpy as np
import pytest
from scipy.stats import spearmanr

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.training.health import Health, embedding_health
from tests.helpers.graphs import graph_from_edges, random_graph


def typed_graph(*sizes: int, seed: int = 0) -> KnowledgeGraph:
    """A ring, so that each node has its edges, plus some random edges; all of one relation name."""
    generator = np.random.default_rng(seed)
    total = sum(sizes)
    node_type = np.repeat(np.arange(len(sizes)), sizes)
    names = [f"t{i}" for i in range(len(sizes))]
    triplets = [(a, "r", b) for a in names for b in names]
    source = np.concatenate([np.arange(total), generator.integers(total, size=total)])
    destination = np.concatenate([(np.arange(total) + 1) % total, generator.integers(total, size=total)])
    triplet = node_type[source] * len(sizes) + node_type[destination]
    return graph_from_edges(dict(zip(names, sizes, strict=True)), triplets, np.stack([source, triplet, destination], 1))


def health_of(vectors: np.ndarray, graph: KnowledgeGraph) -> Health:
    return embedding_health(vectors.astype(np.float32), graph, graph.edges())


def verdicts(health: Health) -> dict[str, str]:
    return {finding.name: finding.verdict for finding in health.findings}


def test_figures_equal_brute_force_over_all_pairs() -> None:
    graph = typed_graph(40, 25, 1, 30)
    generator = np.random.default_rng(0)
    vectors = (generator.normal(size=(96, 12)) * generator.random((96, 1)) + 0.3).astype(np.float32)
    figures = health_of(vectors, graph).to_dict()

    unit = vectors.astype(np.float64) / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    pairs = ~np.eye(96, dtype=bool)
    same = graph.node_type[:, None] == graph.node_type[None, :]
    for name, chosen in (("", pairs), ("_within_types", pairs & same), ("_across_types", ~same)):
        assert figures[f"mean_cosine{name}"] == pytest.approx(cosine[chosen].mean(), abs=1e-6)
        assert figures[f"mean_abs_cosine{name}"] == pytest.approx(np.abs(cosine[chosen]).mean(), abs=1e-6)
    assert set(figures["mean_abs_cosine_by_type"]) == {"t0", "t1", "t3"}, "one node has no pairs"
    first = np.abs(cosine[:40, :40][~np.eye(40, dtype=bool)]).mean()
    assert figures["mean_abs_cosine_by_type"]["t0"] == pytest.approx(first, abs=1e-6)

    distance = ((unit[:, None] - unit[None]) ** 2).sum(-1)
    assert figures["uniformity"] == pytest.approx(np.log(np.exp(-2 * distance[pairs]).mean()), abs=1e-5)
    assert figures["random_distance"] == pytest.approx(distance[pairs].mean(), abs=1e-5)
    edges = graph.edges()
    assert figures["alignment"] == pytest.approx(distance[edges.source, edges.destination].mean(), abs=1e-5)

    singular = np.linalg.svd(np.cov(vectors.astype(np.float64).T), compute_uv=False)
    share = singular / singular.sum()
    assert figures["effective_rank"] == pytest.approx(np.exp(-(share * np.log(share)).sum()), rel=1e-4)
    assert figures["components_90"] == next(k for k in range(1, 13) if share[:k].sum() >= 0.9)

    norms = np.linalg.norm(vectors, axis=1)
    assert figures["norm_degree_correlation"] == pytest.approx(spearmanr(norms, graph.in_degree()).statistic, abs=1e-6)
    assert figures["norm_std"] == pytest.approx(norms.std(), rel=1e-5)


def test_sampling_estimates_what_all_pairs_would_give() -> None:
    """Types of very different sizes and directions: an estimate that forgot their weights would be far off."""
    sizes = (6000, 3000, 40)
    graph = typed_graph(*sizes)
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(sum(sizes), 16)) + 1.5 * np.eye(3, 16)[graph.node_type]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    total = unit.sum(0)
    n = len(unit)
    exact_mean = (total @ total - n) / (n * (n - 1))
    assert health_of(vectors, graph).pairs.mean_cosine == pytest.approx(exact_mean, abs=0.01)


@pytest.mark.parametrize("dim", [8, 16, 128, 512])
@pytest.mark.parametrize("sizes", [(3000,), (800, 40, 600, 3)])
def test_isotropic_vectors_are_good(dim: int, sizes: tuple[int, ...]) -> None:
    graph = typed_graph(*sizes)
    vectors = np.random.default_rng(0).normal(size=(graph.num_nodes, dim))
    found = verdicts(health_of(vectors, graph))
    assert found.pop("alignment_to_random") == "watch", "links mean nothing in it"
    assert set(found.values()) == {"good"}


def test_one_direction_for_all_is_collapsed() -> None:
    """The space of the script this program replaces: mean cosine 0.93, 4 components for 90 % of the variance."""
    graph = typed_graph(900, 600)
    generator = np.random.default_rng(0)
    vectors = 4 + generator.normal(size=(1500, 4)) @ generator.normal(size=(4, 128)) * 0.5
    vectors += 0.05 * generator.normal(size=(1500, 128))
    health = health_of(vectors, graph)
    found = verdicts(health)
    assert health.pairs.mean_cosine > 0.9
    assert health.verdict == "collapsed"
    for name in ("mean_abs_cosine", "mean_abs_cosine_by_type", "effective_rank", "components_90", "uniformity"):
        assert found[name] == "collapsed", name
    assert health.components_90 <= 4
    assert all(finding.cause and finding.remedy for finding in health.findings if finding.verdict != "good")


def test_one_vector_for_each_type_is_collapsed_though_the_types_differ() -> None:
    graph = typed_graph(*[200] * 8)
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(8, 64))[graph.node_type] + 0.02 * generator.normal(size=(1600, 64))
    health = health_of(vectors, graph)
    found = verdicts(health)
    assert found["mean_abs_cosine"] != "collapsed", "random pairs are mostly of different types"
    assert found["mean_abs_cosine_by_type"] == found["near_duplicate_share"] == health.verdict == "collapsed"
    assert health.pairs.mean_cosine_within_types > 0.99
    assert abs(health.pairs.mean_cosine_across_types) < 0.3


def test_the_type_that_collapsed_is_named() -> None:
    graph = typed_graph(500, 300, 400)
    vectors = np.random.default_rng(0).normal(size=(1200, 64))
    vectors[500:800] = vectors[500] + 0.1 * vectors[500:800]
    finding = next(f for f in health_of(vectors, graph).findings if f.name == "mean_abs_cosine_by_type")
    assert finding.verdict == "collapsed"
    assert "'t1'" in finding.cause


@pytest.mark.parametrize("rank", [3, 10, 40])
def test_effective_rank_is_the_rank_of_equal_directions(rank: int) -> None:
    graph = typed_graph(4000)
    generator = np.random.default_rng(0)
    basis = np.linalg.qr(generator.normal(size=(128, rank)))[0]
    health = health_of(generator.normal(size=(4000, rank)) @ basis.T, graph)
    assert health.effective_rank == pytest.approx(rank, rel=0.02)
    assert health.components_90 == pytest.approx(0.9 * rank, abs=1.1)


def test_near_duplicates_are_counted() -> None:
    graph = typed_graph(1000)
    vectors = np.random.default_rng(0).normal(size=(1000, 32))
    vectors[100:200] = 3 * vectors[:100]  # the same directions, of another length
    assert health_of(vectors, graph).near_duplicate_share == 0.2


def test_hubs_with_long_vectors_are_noticed() -> None:
    graph = random_graph(0, {"a": 300, "b": 300, "c": 300}, facts_per_triplet=900)
    vectors = np.random.default_rng(0).normal(size=(900, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert "norm_degree_correlation" not in verdicts(health_of(vectors, graph)), "of equal lengths there is none"
    found = health_of(vectors * (1 + graph.in_degree()[:, None]), graph)
    assert found.norms.norm_degree_correlation > 0.99
    assert verdicts(found)["norm_degree_correlation"] == "watch"


@pytest.mark.parametrize("vectors", [np.zeros((60, 8)), np.full((60, 8), 0.1), np.eye(60, 8)])  # mostly zero: the last
def test_degenerate_spaces_are_collapsed(vectors: np.ndarray) -> None:
    health = health_of(vectors, typed_graph(40, 20))
    assert health.verdict == "collapsed"
    assert json.dumps(health.to_dict())


def test_the_same_seed_gives_the_same_figures() -> None:
    graph = typed_graph(5000, 3000)
    vectors = np.random.default_rng(0).normal(size=(8000, 16)).astype(np.float32)
    edges = graph.edges()
    first, again, other = (embedding_health(vectors, graph, edges, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
