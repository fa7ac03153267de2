"""Statistics recomputed edge by edge."""

import json
from collections import Counter
from dataclasses import replace
from statistics import mean, median

from hypothesis import given, settings
from hypothesis import strategies as st

from hgt_studio.graph.knowledge_graph import ReadReport
from hgt_studio.graph.statistics import graph_statistics
from tests.helpers.graphs import graph_from_edges, random_graph


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31))
def test_numbers_are_those_of_the_edges(seed: int) -> None:
    graph = random_graph(seed)
    found = graph_statistics(graph)
    edges = graph.edges()
    triplets = [graph.triplets[number] for number in edges.triplet]
    assert found.num_edges == len(edges)
    assert +Counter(found.triplet_edges) == Counter(triplets)
    assert +Counter(found.relations) == Counter(triplet.relation for triplet in triplets)
    assert set(found.relations) == set(graph.relations)
    arriving, leaving = Counter(edges.destination.tolist()), Counter(edges.source.tolist())
    for name in graph.node_types:
        degrees = [arriving[node] for node in graph.nodes_of(name)]
        summary = found.in_degree[name]
        assert (summary.mean, summary.median, summary.maximum) == (mean(degrees), median(degrees), max(degrees))
        assert summary.isolated == sum(not arriving[node] and not leaving[node] for node in graph.nodes_of(name))
        assert found.node_types[name] == len(degrees)
    for part in found.in_degree_histogram:
        assert part.num_nodes == sum(part.lowest <= arriving[n] <= part.highest for n in range(graph.num_nodes))
    assert sum(part.num_nodes for part in found.in_degree_histogram) == found.num_nodes == graph.num_nodes


def test_histogram_bins_double() -> None:
    star = graph_from_edges({"a": 6}, [("a", "r", "a")], [(leaf, 0, 0) for leaf in range(1, 6)])
    bins = [(part.lowest, part.highest, part.num_nodes) for part in graph_statistics(star).in_degree_histogram]
    assert bins == [(0, 0, 5), (1, 1, 0), (2, 3, 0), (4, 7, 1)]


def test_json_has_the_promised_keys() -> None:
    graph = replace(random_graph(1), report=ReadReport(duplicates=4, self_loops=2))
    got = json.loads(json.dumps(graph_statistics(graph).to_json()))
    assert got["num_nodes"] == graph.num_nodes
    assert got["num_edges"] == graph.num_edges
    assert got["node_types"]["drug"] == 12
    assert got["relations"]["treats"] == got["triplet_edges"]["(drug, treats, disease)"] > 0
    assert got["triplets"] == 10
    assert (got["duplicates"], got["self_loops"]) == (4, 2)
