"""The planned shape of batches: every array of every batch of a run has the lengths written here.

Rows of nodes stand hop by hop (seeds first), within a hop by type, each type starting on a tile of its own, so that
one weight serves a whole tile. Segments, that is distinct (destination, triplet) pairs, stand block by block, within
a block by triplet, again on tiles of their own. Block b holds what layer L - b + 1 needs beyond the layers after it:
its destinations are rows of hops up to b - 1, its sources rows of hops up to b. So a layer that computes the hops up
to b - 1 reads just the first b blocks: a prefix of every array.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from hgt_studio.config import RunConfig

SEGMENT_TILE = 32
EDGE_STEP = 64
NODE_TILES = {"cpu": 8, "cuda": 128, "mps": 128}
_ENOUGH_SEEDS = 32  # of however small a graph


def tiles_of(type_sizes: Sequence[int], node_tile: int) -> int:
    """Tiles that hold all nodes, each type on tiles of its own."""
    return sum(-(-size // node_tile) for size in type_sizes)


def drawn_seeds(config: RunConfig, num_nodes: int) -> int:
    """Seeds that are drawn for a batch: those of the settings, but no more than a quarter of the graph's nodes.

    Larger ones would ask the same nodes for most of their edges at every step, which generalises worse.
    """
    return min(config.sampling.batch_size, num_nodes, max(_ENOUGH_SEEDS, num_nodes // 4))


@dataclass(frozen=True)
class SeedShares:
    """What the seeds of a batch are.

    positives: supervision edges drawn, two seeds each. negatives: nodes drawn uniformly. pairs: contrastive pairs, two
    each. between: further supervision edges at most, between seeds that are there already.
    """

    positives: int
    negatives: int
    pairs: int
    between: int = 0

    @property
    def most_positives(self) -> int:
        """Supervision edges of a batch at most."""
        return self.positives + self.between

    @classmethod
    def of(cls, config: RunConfig, num_nodes: int, contrastive: bool) -> "SeedShares":
        """Share out the batch; without contrastive pairs their seeds go to supervision edges."""
        sampling = config.sampling
        seeds = drawn_seeds(config, num_nodes)
        pairs = max(2, round(seeds * sampling.contrastive_share / 2)) if contrastive else 0
        negatives = max(1, round(seeds * sampling.negative_share))
        positives = max(1, (seeds - 2 * pairs - negatives) // 2)
        return cls(positives, negatives, pairs, between=round((sampling.supervision_factor - 1.0) * positives))

    def most_tiles(self, type_sizes: Sequence[int], node_tile: int) -> int:
        """Tiles that have room for the seeds of every possible batch. type_sizes: nodes of each type."""
        most_seeds = 2 * self.positives + max(self.negatives, len(type_sizes)) + 2 * self.pairs
        return min(most_seeds // node_tile + min(len(type_sizes), most_seeds), tiles_of(type_sizes, node_tile))


@dataclass(frozen=True)
class BatchShape:
    """Lengths of a batch.

    nodes: rows of hops 0..h, for h = 0..L, L being 0 where no neighbours are asked for; multiples of `node_tile`.
    segments: segments of blocks 1..b, for b = 1..L; multiples of `segment_tile`.
    edges: edges of blocks 1..b, for b = 1..L.
    positives, pairs: supervision edges, at most, and contrastive pairs.
    """

    node_tile: int
    segment_tile: int
    nodes: tuple[int, ...]
    segments: tuple[int, ...]
    edges: tuple[int, ...]
    positives: int
    pairs: int

    @property
    def num_layers(self) -> int:
        return len(self.edges)

    @cached_property
    def index_fields(self) -> dict[str, int]:
        """Names and lengths of the index arrays, in the order in which they share one buffer."""
        segments, edges = max(self.segments, default=0), max(self.edges, default=0)
        return {
            "node_ids": self.nodes[-1],
            "tile_type": self.nodes[-1] // self.node_tile,
            "segment_destination": segments,
            "tile_triplet": segments // self.segment_tile,
            "edge_source": edges,
            "edge_segment": edges,
            "edge_destination": edges,
            "seed_count": self.nodes[0],
            "positive_source": self.positives,
            "positive_triplet": self.positives,
            "positive_destination": self.positives,
            "positive_weight": self.positives,
            "pair_first": self.pairs,
            "pair_second": self.pairs,
        }

    @cached_property
    def mask_fields(self) -> dict[str, tuple[int, int]]:
        """Names and shapes of the masks, in the order in which they share one buffer."""
        return {
            "source_candidates": (self.positives, self.nodes[0]),
            "destination_candidates": (self.positives, self.nodes[0]),
            "pair_candidates": (self.pairs, self.pairs),
        }

    @property
    def num_indices(self) -> int:
        return sum(self.index_fields.values())

    @property
    def num_mask_values(self) -> int:
        return sum(rows * columns for rows, columns in self.mask_fields.values())

    def is_consistent(self) -> bool:
        """Whether the lengths are whole tiles, grow from hop to hop, and leave room for padding."""
        tiles = all(n % self.node_tile == 0 for n in self.nodes) and all(
            s % self.segment_tile == 0 for s in self.segments
        )
        grows = all(a < b for a, b in pairwise((0, *self.nodes))) and all(
            a < b for a, b in pairwise((0, *self.segments))
        )
        return tiles and grows and len(self.nodes) == len(self.segments) + 1 == len(self.edges) + 1
