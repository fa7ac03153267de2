from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.batch import index_views, type_runs
from hgt_studio.sampling.pack import Usage, pack
from hgt_studio.sampling.plan import roomy_shape
from hgt_studio.sampling.shape import BatchShape
from hgt_studio.sampling.subgraph import Int32Array, Subgraph, pair_keys
from tests.helpers.graphs import graph_from_edges, random_graph
from tests.helpers.subgraphs import NO_PAIRS, Edge, hop_of, random_seeds, sampled_edges, samplers_of

TILES = st.sampled_from([1, 2, 3, 8, 32])


@dataclass
class Packed:
    """A packed subgraph; all numbers in it as plain lists."""

    graph: KnowledgeGraph
    subgraph: Subgraph
    shape: BatchShape
    arrays: dict[str, Int32Array]
    row_of: list[int]
    usage: Usage

    def __post_init__(self) -> None:
        arrays = {name: array.tolist() for name, array in self.arrays.items()}
        self.node_ids, self.segment_destination = arrays["node_ids"], arrays["segment_destination"]
        self.tile_type, self.tile_triplet = arrays["tile_type"], arrays["tile_triplet"]
        self.edges = list(zip(arrays["edge_source"], arrays["edge_segment"], arrays["edge_destination"], strict=True))
        starts = [0, *self.shape.edges]
        self.blocks = [self.edges[start:end] for start, end in pairwise(starts)]
        self.real = [block[:used] for block, used in zip(self.blocks, self.usage.edges.tolist(), strict=True)]
        self.padding = [block[used:] for block, used in zip(self.blocks, self.usage.edges.tolist(), strict=True)]
        self.used_rows = {row for row in self.row_of if row >= 0}

    def global_edges(self) -> list[Edge]:
        return [
            (self.node_ids[source], self.tile_triplet[segment // self.shape.segment_tile], self.node_ids[destination])
            for block in self.real
            for source, segment, destination in block
        ]


def packed(graph: KnowledgeGraph, subgraph: Subgraph, shape: BatchShape) -> Packed:
    """Pack over left-over values, which must all be written over."""
    arrays = index_views(np.full(shape.num_indices, 10**9, dtype=np.int32), shape)
    row_of, usage = pack(subgraph, graph.node_type, len(graph.triplets), shape, arrays)
    return Packed(graph, subgraph, shape, arrays, row_of.tolist(), usage)


def check_rows(batch: Packed) -> None:
    """Every kept node stands in its hop, on a tile of its type, alone; the rest of the rows is empty."""
    starts = [0, *batch.shape.nodes]
    hops = hop_of(batch.subgraph)
    for node, row in zip(batch.subgraph.nodes.tolist(), batch.row_of, strict=True):
        if row >= 0:
            assert starts[hops[node]] <= row < starts[hops[node] + 1]
            assert batch.node_ids[row] == node
            assert batch.tile_type[row // batch.shape.node_tile] == batch.graph.node_type[node]
    assert len(batch.used_rows) == sum(row >= 0 for row in batch.row_of)
    assert all(batch.node_ids[row] == 0 for row in range(batch.shape.nodes[-1]) if row not in batch.used_rows)


def check_segments(batch: Packed) -> None:
    """A segment is one (destination, triplet) pair, and a pair has one segment in a block."""
    tile = batch.shape.segment_tile
    starts = [0, *batch.shape.segments]
    for number, block in enumerate(batch.real):
        pair_of = {}
        for _, segment, destination in block:
            assert starts[number] <= segment < starts[number + 1]
            assert batch.segment_destination[segment] == destination
            pair_of[segment] = destination, batch.tile_triplet[segment // tile]
        assert len(set(pair_of.values())) == len(pair_of)
        tiles = sum(-(-n // tile) for n in Counter(triplet for _, triplet in pair_of.values()).values())
        assert batch.usage.segment_tiles[number] == tiles


def check_prefixes(batch: Packed) -> None:
    """The first blocks need no rows but those of the first hops, padding included."""
    for number, block in enumerate(batch.blocks):
        assert all(destination < batch.shape.nodes[number] for _, _, destination in block)
        assert all(source < batch.shape.nodes[number + 1] for source, _, _ in block)
        first, end = [0, *batch.shape.segments][number : number + 2]
        assert all(row < batch.shape.nodes[number] for row in batch.segment_destination[first:end])


def check_padding(batch: Packed) -> None:
    """What is padded reaches no real row and no real segment."""
    real_segments = {segment for block in batch.real for _, segment, _ in block}
    for block in batch.padding:
        for source, segment, destination in block:
            assert segment not in real_segments
            assert source not in batch.used_rows
            assert destination not in batch.used_rows
            assert batch.segment_destination[segment] == destination
    for segment, row in enumerate(batch.segment_destination):
        assert segment in real_segments or row not in batch.used_rows
    assert all(0 <= t < len(batch.graph.node_types) for t in batch.tile_type)
    assert all(0 <= t < len(batch.graph.triplets) for t in batch.tile_triplet)


def check_runs(batch: Packed) -> None:
    """Runs cover each used row once, with its hop and type, and are as long as can be."""
    runs = type_runs(batch.arrays["tile_type"], batch.usage, batch.shape)
    covered = [row for run in runs for row in range(run.first_row, run.end_row)]
    assert len(set(covered)) == len(covered)
    assert batch.used_rows <= set(covered)
    starts = [0, *batch.shape.nodes]
    for run in runs:
        assert starts[run.hop] <= run.first_row < run.end_row <= starts[run.hop + 1]
        tiles = range(run.first_row // batch.shape.node_tile, run.end_row // batch.shape.node_tile)
        assert {batch.tile_type[tile] for tile in tiles} == {run.node_type}
        assert any(row in batch.used_rows for row in range(run.end_row - batch.shape.node_tile, run.end_row))
    assert len({(run.hop, run.node_type) for run in runs}) == len(runs)


def check_all(batch: Packed) -> None:
    for check in (check_rows, check_segments, check_prefixes, check_padding, check_runs):
        check(batch)


@given(
    graph_seed=st.integers(0, 30), sampler=st.integers(0, 3), num_seeds=st.integers(1, 15), node_tile=TILES,
    segment_tile=TILES,
)  # fmt: skip
def test_nothing_is_lost_where_there_is_room(
    graph_seed: int, sampler: int, num_seeds: int, node_tile: int, segment_tile: int
) -> None:
    graph = random_graph(graph_seed)
    subgraph = samplers_of(graph)[sampler].sample(random_seeds(graph, num_seeds, graph_seed), NO_PAIRS, graph_seed)
    shape = roomy_shape(subgraph, graph, node_tile, segment_tile)
    assert shape.is_consistent()
    batch = packed(graph, subgraph, shape)
    check_all(batch)
    assert batch.usage.dropped_edges == 0
    assert min(batch.row_of) >= 0
    assert Counter(batch.global_edges()) == Counter(sampled_edges(subgraph))
    by_hop: dict[int, Counter[int]] = defaultdict(Counter)
    for node, hop in hop_of(subgraph).items():
        by_hop[hop][int(graph.node_type[node])] += 1
    for hop, tiles in enumerate(batch.usage.node_tiles):
        assert tiles == sum(-(-count // node_tile) for count in by_hop[hop].values())


@st.composite
def small_shapes(draw: st.DrawFn, num_hops: int) -> BatchShape:
    """Any consistent shape, as a rule too small."""
    node_tile, segment_tile = draw(TILES), draw(TILES)
    nodes = [draw(st.integers(1, 8)) * node_tile for _ in range(num_hops + 1)]
    segments = [draw(st.integers(1, 12)) * segment_tile for _ in range(num_hops)]
    edges = [draw(st.integers(0, 60)) for _ in range(num_hops)]
    return BatchShape(
        node_tile, segment_tile, tuple(accumulate(nodes)), tuple(accumulate(segments)), tuple(accumulate(edges)), 0, 0
    )


@given(graph_seed=st.integers(0, 30), sampler=st.integers(0, 3), num_seeds=st.integers(1, 15), data=st.data())
def test_too_small_a_shape_drops_and_counts(graph_seed: int, sampler: int, num_seeds: int, data: st.DataObject) -> None:
    graph = random_graph(graph_seed)
    own_sampler = samplers_of(graph)[sampler]
    seeds = random_seeds(graph, num_seeds, graph_seed)
    subgraph = own_sampler.sample(seeds, pair_keys(seeds[:1], seeds[-1:], graph.num_nodes), graph_seed)
    batch = packed(graph, subgraph, data.draw(small_shapes(own_sampler.num_hops)))
    check_all(batch)
    kept, needed = Counter(batch.global_edges()), Counter(sampled_edges(subgraph))
    assert kept <= needed
    assert kept.total() + batch.usage.dropped_edges == needed.total()


def test_shape_that_fits_exactly_drops_nothing() -> None:
    """One tile of rows and of segments is kept for padding in each hop and block."""
    graph = graph_from_edges({"a": 2, "b": 2}, [("a", "r", "b"), ("b", "s", "a")], [(0, 0, 2), (1, 0, 2), (3, 1, 1)])
    local = np.array([0, 1], np.int32), np.array([0, 0], np.int32)
    subgraph = Subgraph(
        np.array([2, 0], np.int32), np.array([0, 1, 2]), local[0][1:], local[1][1:], np.zeros(1, np.int16)
    )
    fits = BatchShape(4, 4, (8, 16), (8,), (1,), 0, 0)
    assert packed(graph, subgraph, fits).usage.dropped_edges == 0
    for too_small in (
        BatchShape(4, 4, (4, 12), (8,), (1,), 0, 0),
        BatchShape(4, 4, (8, 12), (8,), (1,), 0, 0),
        BatchShape(4, 4, (8, 16), (4,), (1,), 0, 0),
        BatchShape(4, 4, (8, 16), (8,), (0,), 0, 0),
    ):
        batch = packed(graph, subgraph, too_small)
        assert batch.usage.dropped_edges == 1
        check_all(batch)
