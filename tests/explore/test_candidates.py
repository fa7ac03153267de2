"""Predicted candidates against scores worked out edge by edge."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.errors import InputError
from hgt_studio.explore import CandidateRanker
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.decoders.distmult import DistMultDecoder
from hgt_studio.typing import Triplet
from tests.helpers.graphs import random_graph

DIM = 8


def made_ranker(seed: int) -> tuple[KnowledgeGraph, CandidateRanker, torch.Tensor, DistMultDecoder]:
    graph = random_graph(seed)
    generator = torch.Generator().manual_seed(seed)
    decoder = DistMultDecoder(len(graph.triplets), DIM)
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    vectors = torch.randn(graph.num_nodes, DIM, generator=generator)
    return graph, CandidateRanker(graph, vectors, decoder), vectors, decoder


@given(seed=st.integers(0, 200), hide_known=st.booleans())
def test_the_ranking_is_that_of_the_scores_one_by_one(seed: int, hide_known: bool) -> None:
    graph, ranker, vectors, decoder = made_ranker(seed % 5)
    node = seed % graph.num_nodes
    edges = graph.edges()
    known_edges = set(zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True))
    for triplet, missing in ranker.questions(node):
        number = graph.triplets.index(triplet)
        expected = []
        for other in graph.nodes_of(triplet.destination_type if missing == "destination" else triplet.source_type):
            edge = (node, number, other) if missing == "destination" else (other, number, node)
            if other == node or (hide_known and edge in known_edges):
                continue
            question = number if missing == "destination" else number + len(graph.triplets)
            weight, offset = decoder.weight[number].detach(), decoder.offset[question].detach()
            expected.append(
                (float(((vectors[node] * weight + offset) * vectors[other]).sum()), other, edge in known_edges)
            )
        expected.sort(key=lambda found: -found[0])
        found = ranker.rank(node, triplet, missing, 10, hide_known=hide_known)
        assert [one.score for one in found] == pytest.approx([score for score, _, _ in expected[:10]], abs=1e-4)
        is_known = {other: known for _, other, known in expected}
        assert all(one.is_known == is_known[one.node] for one in found)


def test_a_node_is_asked_only_about_triplets_of_its_type() -> None:
    graph, ranker, _, _ = made_ranker(0)
    for name in graph.node_types:
        asked = ranker.questions(graph.nodes_of(name).start)
        ends = {(triplet, end) for triplet, end in asked}
        assert len(ends) == len(asked)
        for triplet, missing in asked:
            assert name == (triplet.source_type if missing == "destination" else triplet.destination_type)


def test_an_unknown_triplet_is_refused() -> None:
    _, ranker, _, _ = made_ranker(0)
    with pytest.raises(InputError, match="the graph has no edges"):
        ranker.rank(0, Triplet("drug", "eats", "disease"), "destination", 3, hide_known=False)
