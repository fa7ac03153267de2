import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.errors import InputError
from hgt_studio.memory import GraphSizes
from hgt_studio.typing import Triplet
from tests.helpers.graphs import random_graph


@given(seed=st.integers(0, 1000))
def test_sizes_of_a_graph_are_those_of_its_edge_list(seed: int) -> None:
    graph = random_graph(seed)
    sizes, edges = GraphSizes.from_graph(graph), graph.edges()
    assert sizes.num_nodes == graph.num_nodes
    assert sizes.num_edges == len(edges)
    assert sizes.max_in_degree == np.bincount(edges.destination).max()
    for number in range(len(graph.triplets)):
        of_triplet = edges.triplet == number
        assert sizes.edges[number] == of_triplet.sum()
        assert sizes.segments[number] == len(np.unique(edges.destination[of_triplet]))
    into = np.bincount(graph.node_type[edges.destination], minlength=len(graph.node_types))
    assert sizes.edges_into_types() == into.tolist()


@given(seed=st.integers(0, 1000))
def test_the_bins_hold_every_node_every_edge_and_every_segment(seed: int) -> None:
    graph = random_graph(seed)
    bins = GraphSizes.from_graph(graph).degrees
    assert bins.nodes.sum(1).tolist() == np.diff(graph.type_ptr).tolist()
    assert (bins.nodes * bins.degree).sum() == pytest.approx(graph.num_edges)
    assert (bins.nodes * bins.segments).sum() == pytest.approx(graph.num_segments)


def test_primekg_has_its_published_counts() -> None:
    sizes = GraphSizes.primekg()
    assert (sizes.num_nodes, sizes.num_edges) == (129_375, 8_100_498)
    assert (len(sizes.node_types), len(sizes.triplets)) == (10, 50)
    assert not sizes.exact


def test_counts_of_an_unknown_node_type_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="did you mean 'drug'"):
        GraphSizes.from_counts({"drug": 3, "disease": 2}, {Triplet("drugs", "treats", "disease"): 4})


@given(counts=st.lists(st.integers(0, 10_000), min_size=3, max_size=3), edges=st.integers(0, 100_000))
def test_guessed_degrees_keep_the_number_of_edges(counts: list[int], edges: int) -> None:
    nodes = {"a": counts[0] + 1, "b": counts[1] + 1, "c": counts[2]}
    sizes = GraphSizes.from_counts(nodes, {Triplet("a", "r", "b"): edges, Triplet("b", "r", "a"): edges})
    assert (sizes.degrees.nodes * sizes.degrees.degree).sum() == pytest.approx(2 * edges)
    assert sum(sizes.segments) <= 2 * edges
    assert all(segments <= nodes["b"] + nodes["a"] for segments in sizes.segments)
