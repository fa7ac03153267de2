import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.config import RunConfig
from hgt_studio.sampling.batch import index_views
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.pack import Usage, pack
from hgt_studio.sampling.plan import plan_shape
from hgt_studio.sampling.shape import SeedShares
from tests.helpers.graphs import random_graph
from tests.helpers.subgraphs import NO_PAIRS, random_maker, random_seeds, samplers_of

TILES = st.sampled_from([1, 2, 8, 32])


@given(
    graph_seed=st.integers(0, 20), positives=st.integers(1, 9), negatives=st.integers(1, 9), pairs=st.integers(0, 5),
    node_tile=TILES, segment_tile=TILES,
)  # fmt: skip
def test_no_seed_is_lost_whatever_was_measured(
    graph_seed: int, positives: int, negatives: int, pairs: int, node_tile: int, segment_tile: int
) -> None:
    """Even a plan from empty batches has room for as many seeds as a batch can have, of any types."""
    graph = random_graph(graph_seed)
    empty = Usage(np.zeros(3, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64), 0)
    shape = plan_shape([empty], graph, SeedShares(positives, negatives, pairs), node_tile, segment_tile)
    assert shape.is_consistent()
    most_seeds = 2 * positives + max(negatives, len(graph.node_types)) + 2 * pairs
    seeds = random_seeds(graph, most_seeds, graph_seed)
    subgraph = NeighbourSampler(graph, (3, 2), "balanced").sample(seeds, NO_PAIRS, 1)
    views = index_views(np.empty(shape.num_indices, np.int32), shape)
    row_of, _ = pack(subgraph, graph.node_type, len(graph.triplets), shape, views)
    assert (views["node_ids"][row_of[: len(seeds)]] == seeds).all()
    assert 0 <= row_of[: len(seeds)].min() <= row_of[: len(seeds)].max() < shape.nodes[0]


@pytest.mark.parametrize("sampler", range(4))
def test_measured_batches_fit_and_nearly_all_others(sampler: int) -> None:
    graph = random_graph(7, facts_per_triplet=150)
    maker = random_maker(graph, sampler=samplers_of(graph)[sampler])
    usages = [maker.measure(index, 2, 4) for index in range(8)]
    shape = plan_shape(usages, graph, SeedShares(8, 5, 3), 2, 4)
    assert shape.is_consistent()
    later = [maker.make(index, shape).usage for index in range(200)]
    assert all(usage.dropped_edges == 0 for usage in later[:8])
    assert sum(usage.dropped_edges for usage in later) <= 0.001 * sum(int(usage.edges.sum()) for usage in later)


@given(batch_size=st.integers(8, 5000), num_nodes=st.integers(8, 5000), contrastive=st.booleans())
def test_shares_fill_the_batch_but_no_more_than_a_quarter_of_the_graph(
    batch_size: int, num_nodes: int, contrastive: bool
) -> None:
    shares = SeedShares.of(RunConfig.build({"sampling": {"batch_size": batch_size}}), num_nodes, contrastive)
    seeds = 2 * shares.positives + shares.negatives + 2 * shares.pairs
    most = min(batch_size, num_nodes, max(32, num_nodes // 4))
    assert most - 1 <= seeds <= most
    assert (shares.pairs > 0) == contrastive
