"""Planning the shape of a run's batches: sample a few, take the largest, add what chance may add.

Sizes of sampled batches scatter little (they are sums over hundreds of seeds), so one shape serves a whole run. A
batch that still exceeds it loses the edges that do not fit, and the loss is counted and reported (`Usage`).
"""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.pack import Usage
from hgt_studio.sampling.shape import EDGE_STEP, BatchShape, SeedShares, tiles_of
from hgt_studio.sampling.subgraph import Int64Array, Subgraph

_DEVIATIONS = 3.0


def roomy_shape(subgraph: Subgraph, graph: KnowledgeGraph, node_tile: int, segment_tile: int) -> BatchShape:
    """A shape in which a subgraph certainly fits."""
    hops = np.diff(subgraph.hop_ptr)
    edges = len(subgraph.source)
    nodes = [(-(-int(n) // node_tile) + len(graph.node_types) + 1) * node_tile for n in hops]
    segments = (-(-edges // segment_tile) + len(graph.triplets) + 1) * segment_tile
    blocks = range(1, len(hops))
    return BatchShape(
        node_tile, segment_tile, tuple(accumulate(nodes)), tuple(b * segments for b in blocks),
        tuple(b * max(edges, 1) for b in blocks), positives=0, pairs=0,
    )  # fmt: skip


def plan_shape(
    usages: Sequence[Usage], graph: KnowledgeGraph, shares: SeedShares, node_tile: int, segment_tile: int
) -> BatchShape:
    """The shape of a run from the measured usages of some of its batches.

    The seed rows have room for every possible batch, so no supervision is ever lost.
    """
    type_sizes = np.diff(graph.type_ptr).tolist()
    seed_tiles, all_tiles = shares.most_tiles(type_sizes, node_tile), tiles_of(type_sizes, node_tile)
    later = _with_margin(np.stack([usage.node_tiles[1:] for usage in usages]))
    nodes = [(min(tiles, all_tiles) + 1) * node_tile for tiles in (seed_tiles, *later)]
    segments = [(t + 1) * segment_tile for t in _with_margin(np.stack([usage.segment_tiles for usage in usages]))]
    edges = [-(-n // EDGE_STEP) * EDGE_STEP for n in _with_margin(np.stack([usage.edges for usage in usages]))]
    return BatchShape(
        node_tile, segment_tile, tuple(accumulate(nodes)), tuple(accumulate(segments)), tuple(accumulate(edges)),
        positives=shares.most_positives, pairs=shares.pairs,
    )  # fmt: skip


def _with_margin(used: Int64Array) -> list[int]:
    """Largest value of each column plus a margin of its scatter. used: shape (num_batches, num_columns)."""
    return [int(n) for n in np.ceil(used.max(axis=0) + _DEVIATIONS * used.std(axis=0)) + 1]
