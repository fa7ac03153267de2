import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.graph import KnowledgeGraph, add_reverse_edges, assemble_graph
from hgt_studio.typing import Triplet
from tests.helpers.graphs import graph_from_edges, random_graph
from tests.helpers.tables import edge_set


def paired(triplets: list[tuple[str, str, str]], edges: list[tuple[int, int, int]]) -> KnowledgeGraph:
    """A graph of four nodes of type a (0-3) and four of type b (4-7), its triplets paired."""
    return reassembled(graph_from_edges({"a": 4, "b": 4}, sorted(triplets), edges))


def reassembled(graph: KnowledgeGraph) -> KnowledgeGraph:
    return assemble_graph(graph.node_types, graph.node_type, graph.nodes, graph.triplets, graph.edges())


def mirrored_both_ways(graph: KnowledgeGraph) -> bool:
    edges = edge_set(graph)
    back = {t: graph.triplets[graph.reverse[i]] for i, t in enumerate(graph.triplets)}
    return all((td, d, back[Triplet(ts, r, td)].relation, ts, s) in edges for ts, s, r, td, d in edges)


def test_mirrored_triplets_are_paired_and_directed_ones_are_not() -> None:
    graph = paired(
        [("a", "r", "b"), ("b", "r", "a"), ("a", "own", "a"), ("a", "directed", "a"), ("a", "x", "b"), ("b", "x", "a")],
        # sorted: 0 directed, 1 own, 2 a-r-b, 3 a-x-b, 4 b-r-a, 5 b-x-a
        [(0, 2, 4), (1, 2, 5), (4, 4, 0), (5, 4, 1), (0, 1, 1), (1, 1, 0), (0, 0, 1), (1, 0, 2), (0, 3, 4), (5, 5, 1)],
    )
    assert graph.reverse.tolist() == [-1, 1, 4, -1, 2, -1]
    assert graph.report.one_way_edges == 4


def test_a_name_pairs_before_the_edges_do() -> None:
    graph = paired([("a", "r", "a"), ("a", "rev_r", "a")], [(0, 0, 1), (1, 0, 0), (2, 1, 3)])
    assert graph.reverse.tolist() == [1, 0]
    assert graph.report.one_way_edges == 3


def test_self_loops_do_not_make_a_triplet_its_own_reverse() -> None:
    graph = paired([("a", "r", "a")], [(0, 0, 0), (1, 0, 1), (2, 0, 2), (0, 0, 1), (1, 0, 2)])
    assert graph.reverse.tolist() == [-1]


@pytest.mark.parametrize("mirrored", [4, 3])
def test_an_almost_mirrored_pair_is_completed(mirrored: int) -> None:
    there = [(source, 0, 4 + source) for source in range(4)]
    graph = paired([("a", "r", "b"), ("b", "r", "a")], [*there, *((4 + s, 1, s) for s in range(mirrored))])
    assert graph.reverse.tolist() == [1, 0]
    assert graph.report.one_way_edges == 4 - mirrored
    complete = add_reverse_edges(graph)
    assert (complete.num_edges, complete.report.added_reverse_edges) == (8, 4 - mirrored)
    assert mirrored_both_ways(complete)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1), st.integers(0, 12))
def test_one_way_edges_are_counted_right(pairs: list[tuple[int, int]], returning: int) -> None:
    there = {(a, 0, 4 + b) for a, b in pairs}
    back = {(4 + b, 1, a) for a, b in pairs[:returning]} | {(7, 1, 3)}
    graph = paired([("a", "r", "b"), ("b", "r", "a")], [*there, *back])
    shared = len({(d, s) for s, _, d in back} & {(s, d) for s, _, d in there})
    accepted = 2 * shared >= max(len(there), len(back))
    assert (graph.reverse.tolist() == [1, 0]) == accepted
    assert graph.report.one_way_edges == len(there) + len(back) - (2 * shared if accepted else 0)


@given(st.integers(0, 1000))
def test_afterwards_every_edge_has_its_reverse(seed: int) -> None:
    graph = reassembled(random_graph(seed))
    complete = add_reverse_edges(graph)
    assert mirrored_both_ways(complete)
    assert edge_set(graph) <= edge_set(complete)
    assert complete.num_nodes == graph.num_nodes
    assert np.array_equal(complete.reverse[complete.reverse], np.arange(len(complete.triplets)))
    added = edge_set(complete) - edge_set(graph)
    forward = {(td, d, ts, s) for ts, s, _, td, d in edge_set(graph)}
    assert {edge[:2] + edge[3:] for edge in added} <= forward
    assert complete.report.added_reverse_edges == len(added)
    assert add_reverse_edges(complete).num_edges == complete.num_edges


def test_names_that_are_reverses_already() -> None:
    relations = ["lone", "r", "rev_r", "rev_rev_r", "rev_x"]
    graph = paired([("a", name, "a") for name in relations], [(i % 3, i, i % 3 + 1) for i in range(5)])
    assert graph.reverse.tolist() == [-1, 2, 1, -1, -1]
    complete = add_reverse_edges(graph)
    assert mirrored_both_ways(complete)
    assert edge_set(graph) <= edge_set(complete)
