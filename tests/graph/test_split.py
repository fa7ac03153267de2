"""The split, recomputed with plain Python sets."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgt_studio.errors import TrainingError
from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph
from hgt_studio.graph.leakage import LeakageReport, check_leakage
from hgt_studio.graph.select_edges import select_edges
from hgt_studio.graph.split import Split, facts, split_graph
from tests.helpers.graphs import graph_from_edges, random_graph

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
Edge = tuple[int, int, int]
shares = st.floats(0, 0.4)


def as_set(edges: EdgeList) -> set[Edge]:
    rows = set(zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True))
    assert len(rows) == len(edges)
    return rows


def pairs_of(edges: EdgeList) -> set[frozenset[int]]:
    return {frozenset((source, destination)) for source, _, destination in as_set(edges)}


def assert_sides_are_apart(graph: KnowledgeGraph, split: Split) -> None:
    train, validation, test = (pairs_of(side) for side in (split.train, split.validation, split.test))
    assert not train & validation
    assert not train & test
    assert not validation & test
    held_out = validation | test
    expected = {e for e in as_set(graph.edges()) if frozenset((e[0], e[2])) not in held_out}
    assert as_set(split.message_graph.edges()) == expected
    assert (len(train), len(validation), len(test)) == split.report.num_pairs


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31), st.integers(0, 5), shares, shares)
def test_no_pair_is_on_two_sides(graph_seed: int, seed: int, validation_share: float, test_share: float) -> None:
    graph = random_graph(graph_seed)
    split = split_graph(graph, validation_share, test_share, seed)
    assert_sides_are_apart(graph, split)
    sides = [as_set(side) for side in (split.train, split.validation, split.test)]
    assert set.union(*sides) == as_set(facts(graph))
    held_out = pairs_of(split.validation) | pairs_of(split.test)
    hidden = sum(frozenset((source, destination)) in held_out for source, _, destination in as_set(graph.edges()))
    assert check_leakage(graph, split) == LeakageReport(
        *(len(pairs_of(side)) for side in (split.train, split.validation, split.test)), graph.num_edges - hidden, hidden
    )


def test_facts_and_their_reverses_are_all_edges() -> None:
    graph = random_graph(5)
    chosen = as_set(facts(graph))
    mirrored = {(d, int(graph.reverse[t]), s) for s, t, d in chosen if graph.reverse[t] >= 0}
    assert chosen | mirrored == as_set(graph.edges())
    assert all(s == d for s, t, d in chosen & mirrored)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), shares, shares)
def test_every_stratum_gives_its_share(graph_seed: int, validation_share: float, test_share: float) -> None:
    graph = random_graph(graph_seed)
    split = split_graph(graph, validation_share, test_share, seed=1)
    triplets_of = defaultdict(set)
    for source, triplet, destination in as_set(facts(graph)):
        triplets_of[frozenset((source, destination))].add(triplet)
    facts_of = np.bincount(facts(graph).triplet, minlength=len(graph.triplets))
    strata = defaultdict(set)
    for pair, triplets in triplets_of.items():
        strata[min(triplets, key=lambda triplet: (facts_of[triplet], triplet))].add(pair)
    for pairs in strata.values():
        for side, share in ((split.validation, validation_share), (split.test, test_share)):
            num_held_out = len(pairs & pairs_of(side))
            assert num_held_out in {int(len(pairs) * share), 1 if share > 0 and len(pairs) >= 3 else 0}
            assert not (share > 0 and len(pairs) >= 3 and num_held_out == 0)
        assert pairs & pairs_of(split.train)


def test_depends_on_the_seed_alone() -> None:
    graph = random_graph(7)
    first, again, other = (as_set(split_graph(graph, 0.2, 0.2, seed).test) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_zero_shares_hold_nothing_out() -> None:
    graph = random_graph(8)
    split = split_graph(graph, 0.0, 0.0, seed=0)
    assert len(split.validation) == len(split.test) == 0
    assert as_set(split.message_graph.edges()) == as_set(graph.edges())


def test_report_counts_facts_and_cut_off_nodes() -> None:
    star = graph_from_edges({"a": 1, "b": 10}, [("a", "r", "b")], [(0, 0, leaf) for leaf in range(1, 11)])
    report = split_graph(star, 0.2, 0.3, seed=0).report
    assert report.num_facts == {star.triplets[0]: (5, 2, 3)}
    assert report.nodes_without_train_edges == 5


def test_a_leak_is_found() -> None:
    graph = random_graph(9)
    split = split_graph(graph, 0.2, 0.2, seed=0)
    one = split.test[:1]
    same_pair_turned = EdgeList(one.destination, one.triplet, one.source)
    longer_train = EdgeList(
        *(np.append(getattr(split.train, name), getattr(same_pair_turned, name)) for name in vars(one))
    )
    with pytest.raises(TrainingError, match="training and held-out edges share 2 "):
        check_leakage(graph, replace(split, train=longer_train))
    with pytest.raises(TrainingError, match="validation and test share"):
        check_leakage(graph, replace(split, validation=split.test))
    with pytest.raises(TrainingError, match="messages pass over"):
        check_leakage(graph, replace(split, message_graph=graph))
    emptied = select_edges(split.message_graph, np.arange(split.message_graph.num_edges) > 0)
    with pytest.raises(TrainingError, match="not of this graph"):
        check_leakage(graph, replace(split, message_graph=emptied))
    with pytest.raises(TrainingError, match="not of this graph"):
        check_leakage(graph, replace(split, train=split.train[1:]))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 100), st.data())
def test_selected_edges_are_those_of_the_mask(seed: int, data: st.DataObject) -> None:
    graph = random_graph(seed, facts_per_triplet=8)
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=graph.num_edges, max_size=graph.num_edges)), dtype=bool)
    part = select_edges(graph, keep)
    for got, expected in zip(vars(part.edges()).values(), vars(graph.edges()[keep]).values(), strict=True):
        np.testing.assert_array_equal(got, expected)
    assert (np.diff(part.edge_ptr) > 0).all()
    assert part.triplets == graph.triplets


def test_split_of_a_real_graph() -> None:
    from hgt_studio.graph.read import load_graph

    path = DATA / "real_small.csv.gz"
    if not path.exists():
        pytest.skip("the shared data are not here")
    graph = load_graph(path, use_cache=False)
    split = split_graph(graph, 0.05, 0.05, seed=0)
    assert_sides_are_apart(graph, split)
    check_leakage(graph, split)
    for train, validation, test in split.report.num_facts.values():
        assert min(train, validation, test) > 0
