import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.graph.split import facts
from hgt_studio.sampling.between import EdgesBetween
from hgt_studio.sampling.fact_stream import FactStream
from hgt_studio.sampling.shape import SeedShares
from hgt_studio.sampling.supervision import WEIGHT_UNITS, Supervision
from tests.helpers.graphs import random_graph
from tests.helpers.subgraphs import random_seeds, rows_of

NO_SIMILAR = np.empty((0, 2), dtype=np.int32)


@given(graph_seed=st.integers(0, 20), num_seeds=st.integers(1, 30), num_drawn=st.integers(0, 9))
def test_all_edges_between_seeds_are_found(graph_seed: int, num_seeds: int, num_drawn: int) -> None:
    graph = random_graph(graph_seed)
    edges, seeds = facts(graph), random_seeds(graph, num_seeds, graph_seed)
    drawn = np.random.default_rng(graph_seed).permutation(len(edges))[:num_drawn]
    between = EdgesBetween(edges, np.full(len(edges), 0.1), np.full(graph.num_nodes, 0.5))
    found, weight = between.find(seeds, drawn, len(edges), np.uint64(1))
    expected = [
        position
        for position, (source, destination) in enumerate(zip(edges.source, edges.destination, strict=True))
        if source in seeds and destination in seeds and position not in drawn
    ]
    assert sorted(found.tolist()) == expected
    np.testing.assert_array_equal(weight, between.weight[found])


@given(graph_seed=st.integers(0, 20), most=st.integers(1, 40), key=st.integers(0, 2**63))
def test_where_there_are_too_many_those_left_stand_for_the_others(graph_seed: int, most: int, key: int) -> None:
    graph = random_graph(graph_seed)
    edges, everyone = facts(graph), np.arange(graph.num_nodes, dtype=np.int32)
    rates = np.random.default_rng(graph_seed).uniform(0.001, 0.5, len(edges))
    between = EdgesBetween(edges, rates, np.full(graph.num_nodes, 0.7))
    found, weight = between.find(everyone, np.empty(0, np.int64), most, np.uint64(key))
    assert most - 1 <= len(found) <= most
    assert len(set(found.tolist())) == len(found)
    assert np.all(weight >= between.weight[found] * (1 - 1e-9))
    assert weight.sum() == pytest.approx(between.weight.sum(), rel=2 * weight.max() / between.weight.sum())


@pytest.mark.parametrize("between", [1000, 7])
@pytest.mark.parametrize("relation_exponent", [1.0, 0.3])
def test_on_average_an_edge_has_the_weight_of_its_draws(between: int, relation_exponent: float) -> None:
    """Also an edge between nodes of many edges, whose ends are seeds far more often than it is drawn."""
    graph, num_batches = random_graph(3), 4000
    edges, shares = facts(graph), SeedShares(8, 6, 0, between)
    supervision = Supervision(graph, edges, NO_SIMILAR, shares, seed=1, hide=True, relation_exponent=relation_exponent)
    position = {edge: number for number, edge in enumerate(rows_of(edges))}
    weight, times = np.zeros(len(edges)), np.zeros(len(edges))
    for index in range(num_batches):
        questions = supervision.questions(index)
        at = [position[edge] for edge in rows_of(questions.positives)]
        assert len(at) <= 8 + between
        assert len(questions.hidden_pairs) == len(at)
        np.add.at(weight, at, questions.weights / WEIGHT_UNITS)
        np.add.at(times, at, 1)
    rates = FactStream(edges.triplet, relation_exponent, np.uint64(0)).rates(8)
    assert times.max() > (10 if between == 1000 else 1.5) * num_batches * rates.max()
    ratio = weight / (num_batches * rates)
    assert ratio.mean() == pytest.approx(1.0, abs=0.05)
    assert np.quantile(ratio, 0.05) > 0.8
    assert np.quantile(ratio, 0.95) < 1.2
