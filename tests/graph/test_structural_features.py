"""Structural features against dense matrices, and their independence of how nodes are numbered."""

import numpy as np
import pytest

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.structural_features import node_keys, structural_features, structural_width
from hgt_studio.graph.subgraph import subgraph
from tests.helpers.graphs import random_graph
from tests.helpers.hashing import GOLDEN, hashed, mixed

PROJECTIONS = 128


def dense(graph: KnowledgeGraph) -> np.ndarray:
    """How many edges run into each node (row) from each node (column)."""
    out = np.zeros((graph.num_nodes, graph.num_nodes))
    edges = graph.edges()
    np.add.at(out, (edges.destination, edges.source), 1)
    return out


def test_degrees_count_the_edges_of_each_triplet_into_the_type() -> None:
    graph = random_graph(1)
    found = structural_features(graph)
    assert found.shape == (graph.num_nodes, structural_width(graph.triplets))
    edges = graph.edges()
    for number, name in enumerate(graph.node_types):
        into = [i for i, triplet in enumerate(graph.triplets) if triplet.destination_type == name]
        for column in range(found.shape[1] - PROJECTIONS):
            for node in range(int(graph.type_ptr[number]), int(graph.type_ptr[number + 1])):
                here = (edges.destination == node) & (edges.triplet == into[column]) if column < len(into) else [False]
                assert found[node, column] == pytest.approx(np.log1p(np.sum(here)), rel=1e-6)


def random_vectors(graph: KnowledgeGraph) -> np.ndarray:
    """Of all nodes, from their types, ids and sources."""
    out = np.zeros((graph.num_nodes, PROJECTIONS // 2))
    for node, (name, source) in enumerate(zip(*(graph.nodes[c].to_pylist() for c in ("id", "source")), strict=True)):
        key = hashed(f"{graph.node_types[graph.node_type[node]]}\x1f{name}\x1f{source}".encode())
        for column in range(out.shape[1]):
            draw = mixed(key + (column + 1) * GOLDEN) % 6
            out[node, column] = {0: 3**0.5, 1: -(3**0.5)}.get(draw, 0.0)
    return out


def test_projections_are_means_over_neighbours_of_random_vectors() -> None:
    graph = random_graph(2)
    adjacency = dense(graph)
    degree = np.maximum(adjacency.sum(1, keepdims=True), 1)
    x = random_vectors(graph) / degree**0.5
    for found in np.split(structural_features(graph)[:, -PROJECTIONS:], 2, axis=1):
        x = adjacency @ x / degree
        expected = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_node_keeps_its_key_in_a_part_of_the_graph() -> None:
    graph = random_graph(4)
    keep = np.random.default_rng(0).random(graph.num_nodes) < 0.7
    part = subgraph(graph, keep, np.ones(len(graph.triplets), dtype=bool))
    key_of = dict(zip(graph.nodes["name"].to_pylist(), node_keys(graph).tolist(), strict=True))
    assert [key_of[name] for name in part.nodes["name"].to_pylist()] == node_keys(part).tolist()
    assert len(set(node_keys(graph))) == graph.num_nodes
