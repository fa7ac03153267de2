"""Jaccard pairs against plain Python sets."""

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgt_studio.errors import InputError
from hgt_studio.graph import similarity
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.similarity import JaccardPairs, jaccard_pairs
from tests.helpers.graphs import graph_from_edges, random_graph

Pairs = dict[tuple[int, int], float]


def expected_pairs(graph: KnowledgeGraph, node_type: str, relation: str, threshold: float) -> Pairs:
    neighbours = defaultdict(set)
    edges = graph.edges()
    for s, t, d in zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True):
        if graph.triplets[t].relation == relation:
            neighbours[s].add(d)
            neighbours[d].add(s)
    pairs = {}
    for u, v in combinations(graph.nodes_of(node_type), 2):
        union = neighbours[u] | neighbours[v]
        if union and (share := len(neighbours[u] & neighbours[v]) / len(union)) > threshold:
            pairs[u, v] = share
    return pairs


def as_dict(found: JaccardPairs) -> Pairs:
    pairs = dict(zip(map(tuple, found.pairs.tolist()), found.similarity.tolist(), strict=True))
    assert list(pairs) == sorted(pairs)
    assert len(pairs) == len(found.pairs)
    return pairs


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**31),
    st.sampled_from([("drug", "interacts"), ("drug", "treats"), ("disease", "associated"), ("gene", "marks")]),
    st.sampled_from([0.0, 0.11, 0.3]),
    st.sampled_from([1, 50, 10**6]),
)
def test_pairs_are_those_of_the_sets(
    seed: int, where: tuple[str, str], threshold: float, multiplications_per_chunk: int
) -> None:
    graph = random_graph(seed, facts_per_triplet=25)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similarity, "_CHUNK_MULTIPLICATIONS", multiplications_per_chunk)
        found = as_dict(jaccard_pairs(graph, *where, threshold))
    assert found == pytest.approx(expected_pairs(graph, *where, threshold))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), st.integers(1, 4))
def test_limit_keeps_the_most_similar_of_each_node(seed: int, limit: int) -> None:
    graph = random_graph(seed)
    everything = as_dict(jaccard_pairs(graph, "disease", "associated", 0.0))
    kept = as_dict(jaccard_pairs(graph, "disease", "associated", 0.0, max_pairs_per_node=limit))
    assert kept.items() <= everything.items()
    assert len(kept) <= limit * len(graph.nodes_of("disease"))
    for node in graph.nodes_of("disease"):
        of_node = sorted((share for pair, share in everything.items() if node in pair), reverse=True)
        kept_of_node = sorted((share for pair, share in kept.items() if node in pair), reverse=True)
        assert kept_of_node[:limit] == of_node[:limit]


def test_nodes_without_neighbours_make_no_pairs() -> None:
    graph = graph_from_edges({"a": 4, "b": 1}, [("a", "r", "b")], [(0, 0, 4), (1, 0, 4)])
    found = jaccard_pairs(graph, "a", "r", 0.5)
    assert as_dict(found) == {(0, 1): 1.0}
    assert found.pairs.dtype == np.int32
    assert found.similarity.dtype == np.float32
    assert jaccard_pairs(graph, "b", "r", 0.5).pairs.shape == (0, 2)


def test_unknown_names_suggest_the_nearest() -> None:
    graph = random_graph(0)
    with pytest.raises(InputError, match="did you mean 'disease'"):
        jaccard_pairs(graph, "diseases", "associated", 0.1)
    with pytest.raises(InputError, match="did you mean 'associated'"):
        jaccard_pairs(graph, "disease", "asociated", 0.1)
    with pytest.raises(InputError, match="no edge of 'associated' is at a 'drug'"):
        jaccard_pairs(graph, "drug", "associated", 0.1)
