import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hgt_studio.config import DataConfig
from hgt_studio.errors import InputError
from hgt_studio.graph import KnowledgeGraph, filter_graph, load_graph
from tests.helpers.graphs import graph_from_edges, random_graph
from tests.helpers.tables import edge_set, real_table

SEEDS = st.integers(0, 10_000)


def num_components(graph: KnowledgeGraph) -> int:
    edges = graph.edges()
    shape = (graph.num_nodes, graph.num_nodes)
    return int(
        connected_components(coo_matrix((np.ones(len(edges)), (edges.source, edges.destination)), shape), False)[0]
    )


def largest_component(graph: KnowledgeGraph) -> int:
    edges = graph.edges()
    shape = (graph.num_nodes, graph.num_nodes)
    _, label = connected_components(coo_matrix((np.ones(len(edges)), (edges.source, edges.destination)), shape), False)
    return int(np.bincount(label).max())


@given(SEEDS, st.booleans())
def test_node_types(seed: int, include: bool) -> None:
    graph = random_graph(seed)
    config = (
        DataConfig(include_node_types=("drug", "gene"))
        if include
        else DataConfig(exclude_node_types=("disease", "lone"))
    )
    part = filter_graph(graph, config)
    assert part.counts_by_type() == {name: graph.counts_by_type()[name] for name in ("drug", "gene")}
    assert edge_set(part) == {edge for edge in edge_set(graph) if {edge[0], edge[3]} <= {"drug", "gene"}}
    assert set(part.nodes["index"].to_pylist()) == set(graph.nodes_of("drug")) | set(graph.nodes_of("gene"))


@given(SEEDS, st.booleans())
def test_relations(seed: int, include: bool) -> None:
    graph = random_graph(seed)
    chosen = {"treats", "marks"}
    others = tuple(set(graph.relations) - chosen)
    config = DataConfig(include_relations=tuple(chosen)) if include else DataConfig(exclude_relations=others)
    part = filter_graph(graph, config)
    assert edge_set(part) == {edge for edge in edge_set(graph) if edge[2] in chosen}
    assert part.num_nodes == graph.num_nodes
    assert part.report.one_way_edges == part.num_edges


def test_without_filters_the_graph_stays() -> None:
    graph = random_graph(0)
    assert filter_graph(graph, DataConfig(limit_nodes=graph.num_nodes)) is graph


@given(SEEDS, st.integers(2, 37))
def test_limit_keeps_one_component_of_the_right_size(seed: int, limit: int) -> None:
    graph = random_graph(seed, facts_per_triplet=4)
    part = filter_graph(graph, DataConfig(limit_nodes=limit))
    assert part.num_nodes == min(limit, largest_component(graph))
    assert num_components(part) == 1
    kept = set(part.nodes["index"].to_pylist())
    edges = graph.edges()
    induced = sum(
        s in kept and d in kept for s, d in zip(edges.source.tolist(), edges.destination.tolist(), strict=True)
    )
    assert part.num_edges == induced
    again = filter_graph(graph, DataConfig(limit_nodes=limit))
    assert again.nodes.equals(part.nodes)


def test_limit_gives_each_type_its_share() -> None:
    graph = load_graph(real_table("real_small.csv.gz"))
    part = filter_graph(graph, DataConfig(limit_nodes=1000))
    assert part.num_nodes == 1000
    assert num_components(part) == 1
    assert part.report.one_way_edges == 0
    for name, count in graph.counts_by_type().items():
        assert part.counts_by_type()[name] == pytest.approx(count * 1000 / graph.num_nodes, rel=0.25, abs=2), name


def test_unknown_names_and_nothing_left() -> None:
    graph = random_graph(1)
    with pytest.raises(InputError, match="no node type 'genes'; did you mean 'gene'"):
        filter_graph(graph, DataConfig(include_node_types=("genes",)))
    with pytest.raises(InputError, match="no relation 'threats'; did you mean 'treats'"):
        filter_graph(graph, DataConfig(exclude_relations=("threats",)))
    with pytest.raises(InputError, match="leave no edge"):
        filter_graph(graph, DataConfig(include_node_types=("lone",)))


def test_filters_apply_before_reverse_edges_are_added() -> None:
    path = real_table("umls/train.txt")
    graph = load_graph(path, DataConfig(include_relations=("isa",)))
    assert set(graph.relations) == {"isa", "rev_isa"}
    assert graph.report.added_reverse_edges * 2 == graph.num_edges


def test_a_chain_is_cut_to_a_chain() -> None:
    chain = [(i, 0, i + 1) for i in range(9)]
    part = filter_graph(graph_from_edges({"a": 10}, [("a", "next", "a")], chain), DataConfig(limit_nodes=4))
    assert part.num_edges == 3
