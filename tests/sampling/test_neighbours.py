import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from hgt_studio.config.sampling import FanOutRule
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.subgraph import Subgraph, pair_keys
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

RULES: tuple[FanOutRule, ...] = ("balanced", "uniform", "per_relation")
FAN_OUTS = st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple)


def wanted(sizes: dict[int, int], fan_out: int, rule: FanOutRule) -> int:
    """How many in-edges of a node with these segment sizes are sampled."""
    if rule == "per_relation":
        return sum(min(fan_out, size) for size in sizes.values())
    return min(fan_out, sum(sizes.values()))


@given(
    graph_seed=st.integers(0, 20), rule=st.sampled_from(RULES), fan_outs=FAN_OUTS, num_seeds=st.integers(1, 12),
    key=st.integers(0, 2**64 - 1),
)  # fmt: skip
def test_sample_takes_the_fan_out_of_every_expanded_node(
    graph_seed: int, rule: FanOutRule, fan_outs: tuple[int, ...], num_seeds: int, key: int
) -> None:
    graph = random_graph(graph_seed)
    seeds = random_seeds(graph, num_seeds, graph_seed)
    subgraph = NeighbourSampler(graph, fan_outs, rule).sample(seeds, NO_PAIRS, key)
    edges, all_segments, hops = sampled_edges(subgraph), segments_of(graph_edges(graph)), hop_of(subgraph)
    assert subgraph.nodes[: len(seeds)].tolist() == seeds.tolist()
    assert len(subgraph.hop_ptr) == len(fan_outs) + 2
    assert subgraph.hop_ptr[[0, 1, -1]].tolist() == [0, len(seeds), len(subgraph.nodes)]
    assert len(hops) == len(subgraph.nodes)
    assert set(edges) <= set(graph_edges(graph))
    assert len(set(edges)) == len(edges)
    chosen = segments_of(edges)
    for node, hop in hops.items():
        sizes = {triplet: len(sources) for triplet, sources in all_segments[node].items()}
        taken = {triplet: len(sources) for triplet, sources in chosen[node].items()}
        assert sum(taken.values()) == (wanted(sizes, fan_outs[hop], rule) if hop < len(fan_outs) else 0)
        if rule == "per_relation":
            assert all(count <= fan_outs[hop] for count in taken.values())
        if rule == "balanced":
            unfilled = [taken.get(triplet, 0) for triplet, size in sizes.items() if taken.get(triplet, 0) < size]
            assert not unfilled or max(taken.values(), default=0) <= min(unfilled) + 1


@given(graph_seed=st.integers(0, 20), rule=st.sampled_from(RULES), fan_outs=FAN_OUTS)
def test_nodes_are_reached_hop_by_hop(graph_seed: int, rule: FanOutRule, fan_outs: tuple[int, ...]) -> None:
    graph = random_graph(graph_seed)
    subgraph = NeighbourSampler(graph, fan_outs, rule).sample(random_seeds(graph, 4, graph_seed), NO_PAIRS, 5)
    hops = hop_of(subgraph)
    first_reached = dict.fromkeys(subgraph.nodes[: subgraph.hop_ptr[1]].tolist(), 0)
    for source, _, destination in sampled_edges(subgraph):
        assert hops[source] <= hops[destination] + 1
        first_reached.setdefault(source, hops[destination] + 1)
    assert first_reached == hops
    runs = [destination for destination, _ in groupby(subgraph.destination.tolist())]
    assert len(set(runs)) == len(runs)


@given(graph_seed=st.integers(0, 20), rule=st.sampled_from(RULES), num_hidden=st.integers(1, 30))
def test_hidden_pairs_go_and_all_else_stays(graph_seed: int, rule: FanOutRule, num_hidden: int) -> None:
    graph = random_graph(graph_seed)
    edges = graph.edges()[np.random.default_rng(graph_seed).permutation(graph.num_edges)[:num_hidden]]
    seeds = np.unique([edges.source, edges.destination]).astype(np.int32)
    sampler = NeighbourSampler(graph, (6, 3), rule)
    shown = sampler.sample(seeds, NO_PAIRS, 9)
    hidden = sampler.sample(seeds, pair_keys(edges.source, edges.destination, graph.num_nodes), 9)
    pairs = {frozenset(pair) for pair in zip(edges.source.tolist(), edges.destination.tolist(), strict=True)}
    assert hidden.nodes.tolist() == shown.nodes.tolist()
    assert sampled_edges(hidden) == [
        (source, triplet, destination)
        for source, triplet, destination in sampled_edges(shown)
        if frozenset((source, destination)) not in pairs
    ]


@pytest.mark.parametrize("rule", RULES)
def test_key_alone_decides(rule: FanOutRule) -> None:
    graph = random_graph(3)
    sampler = NeighbourSampler(graph, (4, 2), rule)
    seeds = [random_seeds(graph, 6, i) for i in range(40)]
    in_order = [sampler.sample(seeds[i], NO_PAIRS, i) for i in range(40)]
    copy = sampler.copy()
    backwards = [copy.sample(seeds[i], NO_PAIRS, i) for i in reversed(range(40))][::-1]
    own = threading.local()

    def sample_in_thread(i: int) -> Subgraph:
        if not hasattr(own, "sampler"):
            own.sampler = sampler.copy()
        return own.sampler.sample(seeds[i], NO_PAIRS, i)

    with ThreadPoolExecutor(3) as pool:
        threaded = list(pool.map(sample_in_thread, range(40)))
    assert all(map(same_subgraph, in_order, backwards))
    assert all(map(same_subgraph, in_order, threaded))


def star(sizes: tuple[int, ...]) -> KnowledgeGraph:
    """One centre, node 0, with as many in-edges of each triplet as `sizes` says, each from a node of its own."""
    triplets = [("t", f"r{i}", "t") for i in range(len(sizes))]
    kinds = np.repeat(np.arange(len(sizes)), sizes)
    edges = [(1 + i, kind, 0) for i, kind in enumerate(kinds)]
    return graph_from_edges({"t": 1 + sum(sizes)}, triplets, edges)


@pytest.mark.parametrize(("rule", "sizes"), [("uniform", (2, 3, 1)), ("balanced", (6,)), ("per_relation", (6,))])
def test_all_sets_of_edges_are_equally_likely(rule: FanOutRule, sizes: tuple[int, ...]) -> None:
    sampler = NeighbourSampler(star(sizes), (3,), rule)
    centre = np.zeros(1, dtype=np.int32)
    seen = Counter(frozenset(sampler.sample(centre, NO_PAIRS, key).nodes[1:].tolist()) for key in range(6000))
    assert chisquare([seen[frozenset(trio)] for trio in combinations(range(1, 7), 3)]).pvalue > 0.001


def test_rare_relations_are_heard_when_balanced() -> None:
    sampler = NeighbourSampler(star((40, 1, 40)), (7,), "balanced")
    for key in range(50):
        counts = np.bincount(sampler.sample(np.zeros(1, np.int32), NO_PAIRS, key).triplet, minlength=3)
        assert counts.tolist() == [3, 1, 3]


def test_hubs_outgrow_the_buffers() -> None:
    """More edges than the kernel first has room for: none is lost."""
    sources, destinations = np.divmod(np.arange(300 * 300), 300)
    graph = graph_from_edges(
        {"t": 300}, [("t", "r", "t")], np.stack([sources, 0 * sources, destinations], axis=1)
    )  # fmt: skip
    subgraph = NeighbourSampler(graph, (300,), "uniform").sample(np.arange(300, dtype=np.int32), NO_PAIRS, 0)
    assert sorted(sampled_edges(subgraph)) == sorted(graph_edges(graph))
