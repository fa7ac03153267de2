"""The draw of held-out edges and of their negatives, against the sets that plain Python keeps."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgt_studio.errors import TrainingError
from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.training.evaluation_set import EvaluationSet, draw_evaluation_set
from tests.helpers.graphs import graph_from_edges, random_graph


def draw(graph: KnowledgeGraph, *, at_most: int = 0, seed: int = 0) -> EvaluationSet:
    edges = graph.edges()
    return draw_evaluation_set(
        edges, KnownEdges.build(edges, graph.num_nodes), graph, max_edges_per_relation=at_most, seed=seed
    )


def rows(edges: EdgeList) -> list[tuple[int, int, int]]:
    return list(zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True))


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), at_most=st.integers(1, 80))
def test_at_most_so_many_edges_of_each_relation_are_drawn(seed: int, at_most: int) -> None:
    graph = random_graph(seed)
    relation = {number: triplet.relation for number, triplet in enumerate(graph.triplets)}
    available = Counter(relation[t] for _, t, _ in rows(graph.edges()))
    drawn = rows(draw(graph, at_most=at_most).edges)
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(rows(graph.edges()))
    assert Counter(relation[t] for _, t, _ in drawn) == {r: min(n, at_most) for r, n in available.items()}
    assert set(drawn) <= set(rows(draw(graph, at_most=at_most + 5).edges)), "a larger draw adds edges, and loses none"


def test_the_draw_depends_on_the_seed_only() -> None:
    graph = random_graph(1)
    first, again, other = (draw(graph, at_most=10, seed=seed) for seed in (3, 3, 4))
    assert rows(first.edges) == rows(again.edges) != rows(other.edges)
    for one, two in ((first.destinations, again.destinations), (first.sources, again.sources)):
        np.testing.assert_array_equal(one.negative, two.negative)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_negatives_are_unknown_nodes_of_the_right_type(seed: int) -> None:
    graph = random_graph(seed)
    drawn = draw(graph, seed=seed)
    known = set(rows(graph.edges()))
    for i, (source, triplet, destination) in enumerate(rows(drawn.edges)):
        kind = graph.triplets[triplet]
        unknown = {v for v in graph.nodes_of(kind.destination_type) if (source, triplet, v) not in known}
        assert drawn.destinations.negative[i] in (unknown or {-1})
        unknown = {u for u in graph.nodes_of(kind.source_type) if (u, triplet, destination) not in known}
        assert drawn.sources.negative[i] in (unknown or {-1})


def test_negatives_are_uniform_over_what_is_unknown() -> None:
    linked = [10, 11, 14, 19]
    graph = graph_from_edges({"a": 10, "b": 10}, [("a", "r", "b")], [(0, 0, b) for b in linked])
    edges = graph.edges()
    many = edges[np.zeros(12_000, dtype=np.int64)]
    known = KnownEdges.build(edges, graph.num_nodes)
    negative = draw_evaluation_set(many, known, graph, max_edges_per_relation=0, seed=0).destinations.negative
    counts = np.bincount(negative, minlength=20)
    assert set(np.flatnonzero(counts)) == set(range(10, 20)) - set(linked)
    assert np.abs(counts[counts > 0] - 2000).max() < 5 * np.sqrt(2000), "within five standard deviations"


def test_there_is_no_negative_where_everything_is_known() -> None:
    graph = graph_from_edges({"a": 1, "b": 3}, [("a", "r", "b")], [(0, 0, 1), (0, 0, 2), (0, 0, 3)])
    drawn = draw(graph)
    assert drawn.destinations.negative.tolist() == [-1, -1, -1]
    assert drawn.sources.negative.tolist() == [-1, -1, -1]


def test_nothing_to_ask_is_an_error() -> None:
    graph = random_graph(0)
    edges = graph.edges()
    known = KnownEdges.build(edges, graph.num_nodes)
    with pytest.raises(TrainingError, match=r"no held-out edges.*raise data\.validation_share"):
        draw_evaluation_set(edges[:0], known, graph, max_edges_per_relation=5, seed=0)
