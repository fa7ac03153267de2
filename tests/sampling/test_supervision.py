from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.graph.split import facts
from hgt_studio.sampling.shape import SeedShares
from hgt_studio.sampling.subgraph import Int32Array, pair_keys
from hgt_studio.sampling.supervision import COUNT_UNITS, Supervision, fill_candidate_masks, fill_pair_mask
from tests.helpers.graphs import graph_from_edges, random_graph
from tests.helpers.subgraphs import graph_edges, random_seeds, rows_of

NO_SIMILAR = np.empty((0, 2), dtype=np.int32)
SIMILAR = np.array([[12, 13], [12, 20], [14, 18], [15, 16], [17, 19]], dtype=np.int32)


@given(graph_seed=st.integers(0, 20), seed=st.integers(0, 2**31), index=st.integers(0, 10**6))
def test_seeds_and_hidden_pairs(graph_seed: int, seed: int, index: int) -> None:
    graph = random_graph(graph_seed)
    shares = SeedShares(6, 5, 2)
    supervision = Supervision(graph, facts(graph), SIMILAR, shares, seed=seed, hide=True)
    questions = supervision.questions(index)
    ends = set(questions.positives.source.tolist()) | set(questions.positives.destination.tolist())
    asked = ends | set(questions.pairs.ravel().tolist())
    negatives = set(questions.seeds.tolist()) - asked
    assert len(questions.positives) == 6
    assert set(map(tuple, questions.pairs.tolist())) <= set(map(tuple, SIMILAR.tolist()))
    assert questions.seeds.tolist() == sorted(asked | negatives)
    assert len(negatives) <= 5
    assert {graph.node_type[node] for node in negatives} <= {graph.node_type[node] for node in ends}
    assert questions.hidden_pairs.tolist() == sorted(
        min(source, destination) * graph.num_nodes + max(source, destination)
        for source, _, destination in rows_of(questions.positives)
    )
    again = Supervision(graph, facts(graph), SIMILAR, shares, seed=seed, hide=False).questions(index)
    assert again.seeds.tolist() == questions.seeds.tolist()
    assert len(again.hidden_pairs) == 0


@pytest.mark.parametrize("relation_exponent", [1.0, 0.3])
def test_how_likely_a_node_is_a_seed(relation_exponent: float) -> None:
    """Against how often it is one, in batches that ask for nodes of its type."""
    graph = random_graph(3)
    supervision = Supervision(
        graph, facts(graph), SIMILAR, SeedShares(8, 6, 2), seed=1, hide=True, relation_exponent=relation_exponent
    )
    among, asked = np.zeros(graph.num_nodes), np.zeros(graph.num_nodes)
    for index in range(3000):
        questions = supervision.questions(index)
        ends = np.concatenate([questions.positives.source, questions.positives.destination])
        of_type = np.isin(graph.node_type, graph.node_type[ends])
        asked += of_type
        among[questions.seeds] += of_type[questions.seeds]
        np.testing.assert_array_equal(
            questions.seed_count, np.round(COUNT_UNITS / supervision.seed_probability()[questions.seeds])
        )
    seen = asked > 0  # not the type without edges
    np.testing.assert_allclose((among / asked.clip(1))[seen], supervision.seed_probability()[seen], atol=0.06)


def test_facts_and_pairs_come_in_passes() -> None:
    graph = random_graph(2)
    supervision = Supervision(graph, facts(graph), SIMILAR, SeedShares(7, 1, 2), seed=4, hide=True)
    questions = [supervision.questions(index) for index in range(len(supervision.facts))]
    asked = Counter(edge for question in questions for edge in rows_of(question.positives))
    assert asked == dict.fromkeys(rows_of(facts(graph)), 7)
    one_pass = [edge for question in questions for edge in rows_of(question.positives)][: len(supervision.facts)]
    assert len(set(one_pass)) == len(one_pass)
    pairs = Counter(tuple(pair) for question in questions[:5] for pair in question.pairs.tolist())
    assert pairs == dict.fromkeys(map(tuple, SIMILAR.tolist()), 2)


def test_negatives_are_uniform_and_shared_by_type() -> None:
    graph = graph_from_edges({"a": 9, "unused": 4, "b": 7}, [("a", "r", "b")], [(0, 0, 13)])
    supervision = Supervision(graph, facts(graph), NO_SIMILAR, SeedShares(1, 6, 0), seed=1, hide=True)
    drawn = Counter(node for index in range(5000) for node in supervision.questions(index).seeds.tolist())
    assert drawn.keys() == {*range(9), *range(13, 20)}
    for nodes in (range(1, 9), range(14, 20)):
        counts = np.array([drawn[node] for node in nodes])
        times_per_batch = 1 - (1 - 1 / (len(nodes) + 1)) ** 3  # three draws with replacement fall on each type
        assert counts.mean() == pytest.approx(5000 * times_per_batch, rel=0.02)
        assert chisquare(counts).pvalue > 0.001


def draws_of_rare_type(nodes: int, negatives: int) -> int:
    """How often 400 batches draw a node of a type of that many, beside the one that every batch asks for.

    Of the 82 ends of a batch one is of that type; the others are of another one.
    """
    edges = [(i, 0, i + 1) for i in range(40)] + [(0, 1, 50)]
    graph = graph_from_edges({"a": 50, "b": nodes}, [("a", "r", "a"), ("a", "s", "b")], edges)
    supervision = Supervision(graph, facts(graph), NO_SIMILAR, SeedShares(41, negatives, 0), seed=1, hide=True)
    of_rare_type = Counter[int]()
    for index in range(400):
        of_rare_type.update(node for node in supervision.questions(index).seeds.tolist() if node >= 50)
    assert of_rare_type.pop(50) == 400
    return of_rare_type.total()


def test_every_type_in_question_gets_a_negative() -> None:
    """Two negatives are asked for, of two types."""
    assert draws_of_rare_type(20, negatives=2) == pytest.approx(400 * 19 / 20, rel=0.05)


def test_rare_types_get_rivals_for_their_answers() -> None:
    """16 of 64 negatives fall on the rare type, and its share of those that no type is sure of."""
    draws = 16 + (64 - 2 * 16) / 82  # an answer is among the draws at times, and a node may be drawn twice
    expected = 400 * 399 * (1 - (1 - 1 / 400) ** draws)
    assert draws_of_rare_type(400, negatives=64) == pytest.approx(expected, rel=0.05)


def expected_masks(
    graph: KnowledgeGraph, positives: EdgeList, known: set[tuple[int, int, int]], node_of_row: list[int]
) -> tuple[list[list[bool]], list[list[bool]]]:
    """Competitors for the source and for the destination of each edge, by the definition; -1: a row without seed."""
    sources, destinations = [], []
    for source, triplet, destination in rows_of(positives):
        source_type, destination_type = graph.triplet_types[triplet]
        sources.append([
            node == source
            or (node >= 0 and graph.node_type[node] == source_type and (node, triplet, destination) not in known)
            for node in node_of_row
        ])  # fmt: skip
        destinations.append([
            node == destination
            or (node >= 0 and graph.node_type[node] == destination_type and (source, triplet, node) not in known)
            for node in node_of_row
        ])  # fmt: skip
    return sources, destinations


@given(
    graph_seed=st.integers(0, 20), filtered=st.booleans(), num_positives=st.integers(1, 20), extra=st.integers(0, 10)
)
def test_candidates(graph_seed: int, filtered: bool, num_positives: int, extra: int) -> None:
    graph = random_graph(graph_seed)
    positives = graph.edges()[np.random.default_rng(graph_seed).permutation(graph.num_edges)[:num_positives]]
    seeds: Int32Array = np.unique(
        np.concatenate([positives.source, positives.destination, random_seeds(graph, extra, graph_seed)])
    )
    rows = np.random.default_rng(graph_seed + 1).permutation(len(seeds) + 5)[: len(seeds)].astype(np.int32)
    node_of_row, row_of_node = np.full(len(seeds) + 5, -1), np.full(graph.num_nodes, -1, np.int32)
    node_of_row[rows], row_of_node[seeds] = seeds, rows
    masks = {
        name: np.random.default_rng(0).random((num_positives, len(node_of_row))) < 0.5
        for name in ("source_candidates", "destination_candidates")
    }
    known = KnownEdges.build(graph.edges(), graph.num_nodes) if filtered else None
    fill_candidate_masks(positives, known, graph, (seeds, rows), row_of_node, masks)
    known_edges = set(graph_edges(graph)) if filtered else set()
    sources, destinations = expected_masks(graph, positives, known_edges, node_of_row.tolist())
    assert masks["source_candidates"].tolist() == sources
    assert masks["destination_candidates"].tolist() == destinations


@given(
    pairs=st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True), min_size=1, max_size=8),
    more=st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True), max_size=20),
)
def test_pair_candidates(pairs: list[list[int]], more: list[list[int]]) -> None:
    """Similar nodes are never pushed apart, nor a node from itself."""
    similar = np.array(pairs + more, dtype=np.int32)
    mask = np.zeros((len(pairs), len(pairs)), dtype=bool)
    fill_pair_mask(np.array(pairs, dtype=np.int32), pair_keys(similar[:, 0], similar[:, 1], 10), 10, mask)
    alike = {frozenset(pair) for pair in pairs + more}
    assert mask.tolist() == [
        [i == j or (first != second and frozenset((first, second)) not in alike) for j, (_, second) in enumerate(pairs)]
        for i, (first, _) in enumerate(pairs)
    ]
