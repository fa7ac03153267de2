"""A graph in the terms of another: the same edges under the other's numbers, nodes matched by what they are."""

import numpy as np
import pytest

from hgt_studio.errors import InputError
from hgt_studio.graph.align import align_graph
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.subgraph import subgraph
from tests.helpers.graphs import random_graph


def assembled(graph: KnowledgeGraph) -> KnowledgeGraph:
    """With types and triplets sorted, as a graph that was read."""
    return subgraph(graph, np.ones(graph.num_nodes, bool), np.ones(len(graph.triplets), bool))


def named_edges(graph: KnowledgeGraph) -> set[tuple[object, ...]]:
    edges, names = graph.edges(), graph.nodes["name"].to_pylist()
    rows = zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True)
    return {(names[source], graph.triplets[triplet], names[destination]) for source, triplet, destination in rows}


def part_of(
    graph: KnowledgeGraph, *, without_type: str = "", without_relation: str = "", seed: int = 0
) -> KnowledgeGraph:
    keep_type = np.array([name != without_type for name in graph.node_types])[graph.node_type]
    keep_triplet = np.array([triplet.relation != without_relation for triplet in graph.triplets])
    return subgraph(graph, keep_type & (np.random.default_rng(seed).random(graph.num_nodes) < 0.8), keep_triplet)


def test_a_part_of_the_trained_graph_keeps_its_edges_and_finds_its_nodes() -> None:
    trained = assembled(random_graph(0))
    part = part_of(trained, without_type="gene", without_relation="worsens")
    found = align_graph(part, trained)
    aligned = found.graph
    assert (aligned.node_types, aligned.triplets) == (trained.node_types, trained.triplets)
    assert aligned.counts_by_type() == dict.fromkeys(trained.node_types, 0) | dict(part.counts_by_type())
    assert named_edges(aligned) == named_edges(part)
    assert (found.known >= 0).all()
    assert np.array(trained.nodes["name"])[found.known].tolist() == aligned.nodes["name"].to_pylist()
    assert (trained.node_type[found.known] == aligned.node_type).all()
    assert found.notices == ()


def test_nodes_that_training_did_not_have_are_new() -> None:
    whole = assembled(random_graph(1))
    trained = part_of(whole, seed=1)
    found = align_graph(whole, trained)
    names = np.array(found.graph.nodes["name"])
    assert set(names[found.known < 0]) == set(whole.nodes["name"].to_pylist()) - set(trained.nodes["name"].to_pylist())
    assert np.array(trained.nodes["name"])[found.known[found.known >= 0]].tolist() == names[found.known >= 0].tolist()


def test_kinds_that_training_did_not_have_are_left_out_and_told() -> None:
    whole = assembled(random_graph(2))
    trained = part_of(whole, without_type="gene", without_relation="worsens")
    found = align_graph(whole, trained)
    kept = {edge for edge in named_edges(whole) if edge[1] in trained.triplets}
    assert named_edges(found.graph) == kept
    nodes = whole.num_nodes - found.graph.num_nodes
    assert found.notices == (
        f"left out {nodes} nodes and {whole.num_edges - len(kept)} edges of kinds that training did not know",
    )


def test_graphs_with_nothing_in_common_are_refused() -> None:
    whole = assembled(random_graph(3))
    treats = part_of(whole, without_type="gene")
    marks = subgraph(whole, np.ones(whole.num_nodes, bool), np.array([t.relation == "marks" for t in whole.triplets]))
    with pytest.raises(InputError, match="shares no relation"):
        align_graph(marks, treats)
