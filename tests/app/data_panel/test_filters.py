"""Counts by arithmetic against the engine's own filter."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.app.data_panel.filters import keep_only, kept_by
from hgt_studio.config import DataConfig
from hgt_studio.errors import InputError
from hgt_studio.graph import filter_graph
from hgt_studio.graph.statistics import graph_statistics
from tests.helpers.graphs import random_graph

GRAPH = random_graph(3)
STATISTICS = graph_statistics(GRAPH)


def some(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True).map(tuple)


FILTERS = st.builds(
    DataConfig,
    include_node_types=st.none() | some(GRAPH.node_types),
    exclude_node_types=some(GRAPH.node_types),
    include_relations=st.none() | some(GRAPH.relations),
    exclude_relations=some(GRAPH.relations),
)


def _some_edges(relations: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in relations.items() if count}


@given(FILTERS)
def test_kept_is_what_the_engine_keeps(data: DataConfig) -> None:
    kept = kept_by(data, STATISTICS)
    try:
        part = filter_graph(GRAPH, data)
    except InputError:
        assert kept.num_edges == 0
        return
    assert (kept.num_nodes, kept.num_edges) == (part.num_nodes, part.num_edges)
    assert _some_edges(kept.relation_edges) == _some_edges(graph_statistics(part).relations)


@given(FILTERS, some(GRAPH.node_types), some(GRAPH.relations))
def test_kinds_chosen_are_the_kinds_kept(
    before: DataConfig, node_types: tuple[str, ...], relations: tuple[str, ...]
) -> None:
    kept = kept_by(keep_only(before, STATISTICS, node_types, relations), STATISTICS)
    assert (kept.node_types, kept.relations) == (set(node_types), set(relations))


def test_names_of_another_graph_go() -> None:
    foreign = DataConfig(include_relations=("no_such",), exclude_node_types=("no_such", "drug"), limit_nodes=7)
    everything = keep_only(foreign, STATISTICS, STATISTICS.node_types, STATISTICS.relations)
    assert everything == DataConfig(limit_nodes=7)
