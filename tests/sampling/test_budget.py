from collections import Counter, defaultdict

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.budget import BudgetSampler
from hgt_studio.sampling.subgraph import pair_keys
from tests.helpers.graphs import graph_from_edges, random_graph
from tests.helpers.subgraphs import (
    NO_PAIRS,
    graph_edges,
    hop_of,
    random_seeds,
    same_subgraph,
    sampled_edges,
    segments_of,
)

NUM_SAMPLES = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)


def weights(graph: KnowledgeGraph, sampled: list[int]) -> dict[int, float]:
    """Every sampled node spreads one unit over its neighbours, relation by relation; sampled nodes take none."""
    segments, weight = segments_of(graph_edges(graph)), defaultdict(float)
    for node in sampled:
        for sources in segments[node].values():
            for source in sources:
                weight[source] += 1 / len(sources)
    return {node: value for node, value in weight.items() if node not in sampled}


@given(
    graph_seed=st.integers(0, 20), num_samples=NUM_SAMPLES, num_seeds=st.integers(1, 12), key=st.integers(0, 2**64 - 1)
)
def test_budget_and_edges(graph_seed: int, num_samples: tuple[int, ...], num_seeds: int, key: int) -> None:
    graph = random_graph(graph_seed)
    seeds = random_seeds(graph, num_seeds, graph_seed)
    subgraph = BudgetSampler(graph, num_samples).sample(seeds, NO_PAIRS, key)
    hops, edges = hop_of(subgraph), sampled_edges(subgraph)
    assert subgraph.nodes[: len(seeds)].tolist() == seeds.tolist()
    assert len(hops) == len(subgraph.nodes) == subgraph.hop_ptr[-1]
    for hop, most in enumerate(num_samples, start=1):
        before = [node for node, reached in hops.items() if reached < hop]
        available = Counter(graph.node_type[list(weights(graph, before))].tolist())
        drawn = Counter(int(graph.node_type[node]) for node, reached in hops.items() if reached == hop)
        assert drawn == {node_type: min(most, count) for node_type, count in available.items()}
        assert all(node in weights(graph, before) for node, reached in hops.items() if reached == hop)
    computed = {node for node, hop in hops.items() if hop < len(num_samples)}
    assert sorted(edges) == sorted(
        (source, triplet, destination)
        for source, triplet, destination in graph_edges(graph)
        if source in hops and destination in computed
    )


@given(graph_seed=st.integers(0, 20), num_hidden=st.integers(1, 40), num_samples=NUM_SAMPLES)
def test_hidden_pairs_neither_lead_anywhere_nor_carry_messages(
    graph_seed: int, num_hidden: int, num_samples: tuple[int, ...]
) -> None:
    """As if the graph had never had these edges, while a big budget takes all."""
    graph = random_graph(graph_seed)
    edges = graph.edges()[np.random.default_rng(graph_seed).permutation(graph.num_edges)[:num_hidden]]
    seeds = np.unique([edges.source, edges.destination]).astype(np.int32)
    pairs = {frozenset(pair) for pair in zip(edges.source.tolist(), edges.destination.tolist(), strict=True)}
    rest = [edge for edge in graph_edges(graph) if frozenset((edge[0], edge[2])) not in pairs]
    without = graph_from_edges(graph.counts_by_type(), graph.triplets, rest)
    big = tuple(1000 for _ in num_samples)
    hidden = BudgetSampler(graph, big).sample(seeds, pair_keys(edges.source, edges.destination, graph.num_nodes), 1)
    expected = BudgetSampler(without, big).sample(seeds, NO_PAIRS, 1)
    assert sorted(hop_of(hidden).items()) == sorted(hop_of(expected).items())
    assert sorted(sampled_edges(hidden)) == sorted(sampled_edges(expected))


def test_big_budget_reaches_all_within_the_hops() -> None:
    chain = graph_from_edges({"t": 6}, [("t", "r", "t")], [(i + 1, 0, i) for i in range(5)])
    subgraph = BudgetSampler(chain, (9, 9, 9)).sample(np.zeros(1, np.int32), NO_PAIRS, 0)
    assert hop_of(subgraph) == {0: 0, 1: 1, 2: 2, 3: 3}
    assert sorted(sampled_edges(subgraph)) == [(1, 0, 0), (2, 0, 1), (3, 0, 2)]


def one_type_graph() -> tuple[KnowledgeGraph, npt.NDArray[np.int32]]:
    """Seeds 0 and 1 see nodes 2 to 7 with unlike weights, over two relations; these see one another."""
    edges = [(2, 0, 0), (3, 0, 0), (4, 0, 0), (3, 1, 0), (5, 1, 0), (5, 0, 1), (6, 0, 1), (7, 1, 1), (3, 1, 1)]
    edges += [(6, 0, 2), (4, 1, 2), (2, 0, 3), (7, 0, 3), (4, 0, 5), (6, 0, 5), (7, 0, 5), (8, 0, 7), (5, 0, 7)]
    return graph_from_edges({"t": 9}, [("t", "r", "t"), ("t", "s", "t")], edges), np.array([0, 1], np.int32)


def test_draws_follow_the_squared_weights_of_all_nodes_so_far() -> None:
    """The second draw also counts what the seeds spread: the budget grows from hop to hop."""
    graph, seeds = one_type_graph()
    sampler = BudgetSampler(graph, (1, 1))
    drawn = Counter(tuple(sampler.sample(seeds, NO_PAIRS, key).nodes[2:].tolist()) for key in range(20_000))
    first = Counter[int]()
    for (node, _), count in drawn.items():
        first[node] += count
    assert_follows_squares(first, weights(graph, [0, 1]))
    for node in first:
        second = Counter({later: count for (earlier, later), count in drawn.items() if earlier == node})
        assert_follows_squares(second, weights(graph, [0, 1, node]))


def assert_follows_squares(counts: Counter[int], weight: dict[int, float]) -> None:
    squares = np.array(list(weight.values())) ** 2
    observed = [counts[node] for node in weight]
    assert sum(observed) == counts.total()
    assert chisquare(observed, squares / squares.sum() * counts.total()).pvalue > 0.001


def test_of_a_hub_fifty_neighbours_are_looked_at() -> None:
    hub = graph_from_edges({"t": 81}, [("t", "r", "t")], [(i, 0, 0) for i in range(1, 81)])
    sampler = BudgetSampler(hub, (100,))
    seen = Counter[int]()
    for key in range(600):
        subgraph = sampler.sample(np.zeros(1, np.int32), NO_PAIRS, key)
        assert sorted(sampled_edges(subgraph)) == sorted((node, 0, 0) for node in subgraph.nodes[1:].tolist())
        seen.update(subgraph.nodes[1:].tolist())
    assert seen.total() == 50 * 600
    assert chisquare([seen[node] for node in range(1, 81)]).pvalue > 0.001


@pytest.mark.parametrize("num_samples", [(2,), (3, 2, 1)])
def test_key_alone_decides(num_samples: tuple[int, ...]) -> None:
    graph = random_graph(3)
    sampler = BudgetSampler(graph, num_samples)
    seeds = [random_seeds(graph, 6, i) for i in range(30)]
    in_order = [sampler.sample(seeds[i], NO_PAIRS, i) for i in range(30)]
    copy = sampler.copy()
    backwards = [copy.sample(seeds[i], NO_PAIRS, i) for i in reversed(range(30))][::-1]
    assert all(map(same_subgraph, in_order, backwards))
