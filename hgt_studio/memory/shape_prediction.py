"""The shape of a run's batches, predicted from sizes of the graph: what `sampling.plan.plan_shape` would measure.

Nodes stand in bins of (type, degree). A node is reached at random, so the number of times it is reached is about
Poisson distributed: with rate x it is in the batch with probability 1 - exp(-x). Uniform draws reach all nodes of a
type at one rate, draws along edges in proportion to the degree.
"""

import math
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

from hgt_studio.config import RunConfig
from hgt_studio.memory.graph_sizes import FloatArray, GraphSizes
from hgt_studio.sampling.shape import EDGE_STEP, SEGMENT_TILE, BatchShape, SeedShares, tiles_of

_LOOKED_AT = 50  # as the budget sampler does
_DEVIATIONS = 4.8  # the largest of 16 batches lies about 1.8 deviations above the mean; the plan adds 3


@dataclass(eq=False)
class _Reach:
    """How often nodes are reached. uniform, along_edges: draws, shape (num_types,)."""

    sizes: GraphSizes
    degree: FloatArray
    uniform: FloatArray
    along_edges: FloatArray
    nodes: FloatArray = field(init=False)
    edges: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        counts = self.sizes.degrees.nodes
        self.nodes = np.maximum(counts.sum(1, keepdims=True), 1.0)
        self.edges = np.maximum((counts * self.degree).sum(1, keepdims=True), 1e-9)

    def rate(self) -> FloatArray:
        """Mean number of times that a node is reached. shape: (num_types, num_bins)."""
        return self.uniform[:, None] / self.nodes + self.along_edges[:, None] * self.degree / self.edges

    def reached(self) -> FloatArray:
        """Distinct nodes reached. shape: (num_types, num_bins)."""
        return self.sizes.degrees.nodes * -np.expm1(-self.rate())


@dataclass(frozen=True, eq=False)
class _Block:
    """What a hop adds. nodes: of each type. segments, edges: of each triplet."""

    nodes: FloatArray
    segments: FloatArray
    edges: float

    def after_dropout(self, share: float) -> "_Block":
        """Without a share of the edges, and without the segments that lose all theirs."""
        mean_size = self.edges / max(float(self.segments.sum()), 1e-9)
        return _Block(self.nodes, self.segments * (1.0 - share**mean_size), self.edges * (1.0 - share))


def predict_shape(config: RunConfig, sizes: GraphSizes, node_tile: int) -> BatchShape:
    """The likely shape of the batches of a run. Sizes come out within about a quarter of the planned ones."""
    shares = SeedShares.of(config, sum(sizes.nodes), contrastive=has_contrastive_pairs(config, sizes))
    reach = _seeds(config, sizes, shares)
    seeds = reach.reached()
    blocks = _blocks(config, reach, seeds) if config.architecture.num_hops else []
    blocks = [block.after_dropout(config.sampling.edge_dropout) for block in blocks]
    all_tiles = tiles_of(sizes.nodes, node_tile)
    tiles = [shares.most_tiles(sizes.nodes, node_tile), *(_tiles(block.nodes, node_tile) for block in blocks)]
    nodes = [(min(count, all_tiles) + 1) * node_tile for count in tiles]
    segments = [(_tiles(block.segments, SEGMENT_TILE) + 1) * SEGMENT_TILE for block in blocks]
    edges = [-(-int(_with_margin(block.edges)) // EDGE_STEP) * EDGE_STEP for block in blocks]
    return BatchShape(
        node_tile, SEGMENT_TILE, tuple(accumulate(nodes)), tuple(accumulate(segments)), tuple(accumulate(edges)),
        positives=shares.most_positives, pairs=shares.pairs,
    )  # fmt: skip


def has_contrastive_pairs(config: RunConfig, sizes: GraphSizes) -> bool:
    """Whether the graph has what the contrastive loss compares; how many pairs are similar is not known here."""
    training = config.training
    return training.contrastive_weight > 0 and any(
        triplet.relation == training.contrastive_relation and training.contrastive_node_type in (triplet[0], triplet[2])
        for triplet in sizes.triplets
    )


def _seeds(config: RunConfig, sizes: GraphSizes, shares: SeedShares) -> _Reach:
    """Ends of supervision edges, negatives of the same types, contrastive pairs."""
    into = np.array(sizes.edges_into_types(), float)
    of_type = into / max(into.sum(), 1.0)
    uniform = shares.negatives * of_type
    if shares.pairs:
        uniform[sizes.node_types.index(config.training.contrastive_node_type)] += 2 * shares.pairs
    held_out = config.data.validation_share + config.data.test_share
    return _Reach(sizes, sizes.degrees.degree * (1.0 - held_out), uniform, 2 * shares.positives * of_type)


def _blocks(config: RunConfig, reach: _Reach, new: FloatArray) -> list[_Block]:
    neighbour = config.sampling.sampler == "neighbour"
    return _neighbour_blocks(config, reach, new) if neighbour else _budget_blocks(config, reach, new)


def _neighbour_blocks(config: RunConfig, reach: _Reach, new: FloatArray) -> list[_Block]:
    """Block by block, of the neighbour sampler."""
    sizes, rule, blocks = reach.sizes, config.sampling.fan_out_rule, list[_Block]()
    seen, relations = new, np.maximum(sizes.degrees.segments, 1e-9)
    for fan_out in config.sampling.num_neighbors:
        if rule == "per_relation":
            taken = relations * _capped(reach.degree / relations, fan_out)
        else:
            taken = np.minimum(fan_out, reach.degree)
        edges, by_triplet = (new * taken).sum(1), _shares_of_triplets(sizes, fan_out, rule)
        if rule == "uniform":
            segments = _met_relations(sizes, new.sum(1), edges)
        else:
            kept = np.minimum(taken, relations)
            segments = (new * kept).sum(1)[_destination_types(sizes)] * by_triplet
        _follow(reach, edges, by_triplet)
        reached = reach.reached()
        new, seen = np.maximum(reached - seen, 0.0), reached
        blocks.append(_Block(new.sum(1), segments, float(edges.sum())))
    return blocks


def _met_relations(sizes: GraphSizes, nodes: FloatArray, edges: FloatArray) -> FloatArray:
    """Segments of each triplet among edges drawn without regard to the relation. nodes, edges: into each type."""
    into, segments = _destination_types(sizes), np.array(sizes.segments, float)
    all_nodes, all_edges = np.array(sizes.nodes, float)[into], np.array(sizes.edges_into_types(), float)[into]
    size, mean_degree = np.array(sizes.edges, float) / np.maximum(segments, 1.0), all_edges / np.maximum(all_nodes, 1.0)
    draws = (edges / np.maximum(nodes, 1e-9))[into]
    share = np.minimum(size / np.maximum(mean_degree, 1e-9), 1.0)
    met: FloatArray = nodes[into] * segments / np.maximum(all_nodes, 1.0) * -np.expm1(-draws * share)
    return met


def _budget_blocks(config: RunConfig, reach: _Reach, new: FloatArray) -> list[_Block]:
    """Block by block, of the budget sampler: of the candidates of a type, those reached most often are drawn."""
    sizes, blocks, seen = reach.sizes, list[_Block](), new
    by_triplet, into = _shares_of_triplets(sizes, _LOOKED_AT, "per_relation"), _destination_types(sizes)
    relations = np.maximum(sizes.degrees.segments, 1e-9)
    each = relations * _capped(reach.degree / relations, _LOOKED_AT)
    looked_at, kinds = np.zeros(len(sizes.node_types)), np.zeros(len(sizes.node_types))
    before = _Block(np.zeros(0), np.zeros(len(sizes.triplets)), 0.0)
    for count in config.sampling.num_samples:
        edges = (new * each).sum(1)
        looked_at, kinds = looked_at + edges, kinds + (new * relations).sum(1)
        _follow(reach, edges, by_triplet)
        new = _most_reached(reach, np.maximum(reach.reached() - seen, 0.0), count)
        seen = seen + new
        share = np.minimum((seen * reach.degree).sum(1) / reach.edges[:, 0], 1.0)
        kept = (looked_at[into] * by_triplet) * share[_source_types(sizes)]
        segments = _distinct(kinds[into] * by_triplet, kept)
        blocks.append(_Block(new.sum(1), segments - before.segments, float(kept.sum()) - before.edges))
        before = _Block(before.nodes, segments, float(kept.sum()))
    return blocks


def _most_reached(reach: _Reach, candidates: FloatArray, count: int) -> FloatArray:
    """At most `count` candidates of each type, the chance growing with the square of the rate."""
    weight, low, high = reach.rate() ** 2 + 1e-12, np.zeros((len(candidates), 1)), np.full((len(candidates), 1), 1e15)
    for _ in range(24):
        middle = np.sqrt((low + 1e-12) * high)
        too_many = (candidates * -np.expm1(-weight * middle)).sum(1, keepdims=True) > count
        low, high = np.where(too_many, low, middle), np.where(too_many, middle, high)
    drawn: FloatArray = candidates * -np.expm1(-weight * high)
    return drawn


def _follow(reach: _Reach, edges: FloatArray, by_triplet: FloatArray) -> None:
    """Reach the sources of so many edges into each type."""
    sources = np.bincount(
        _source_types(reach.sizes), edges[_destination_types(reach.sizes)] * by_triplet, minlength=len(edges)
    )
    reach.along_edges = reach.along_edges + sources


def _shares_of_triplets(sizes: GraphSizes, fan_out: int, rule: str) -> FloatArray:
    """Each triplet's share of the edges drawn into its destination type."""
    edges, segments, into = np.array(sizes.edges, float), np.array(sizes.segments, float), _destination_types(sizes)
    size = edges / np.maximum(segments, 1.0)
    nodes = np.maximum(np.array(sizes.nodes, float), 1.0)
    relations = np.maximum(np.bincount(into, segments, minlength=len(nodes)) / nodes, 1.0)
    if rule == "uniform":
        weight = edges
    elif rule == "balanced":
        weight = segments * np.minimum(size, fan_out / relations[into])
    else:
        weight = segments * _capped(size, fan_out)
    total = np.bincount(into, weight, minlength=len(nodes))
    return weight / np.maximum(total[into], 1e-9)


def _destination_types(sizes: GraphSizes) -> list[int]:
    return [sizes.node_types.index(triplet.destination_type) for triplet in sizes.triplets]


def _source_types(sizes: GraphSizes) -> list[int]:
    return [sizes.node_types.index(triplet.source_type) for triplet in sizes.triplets]


def _capped(size: FloatArray, most: float) -> FloatArray:
    """Mean of min(X, most), X exponentially distributed with mean `size`: relations of a node differ much in size."""
    some = np.maximum(size, 1e-9)
    return some * -np.expm1(-most / some)


def _distinct(kinds: FloatArray, draws: FloatArray) -> FloatArray:
    """How many of so many kinds are met in so many draws."""
    some = np.maximum(kinds, 1e-9)
    return some * -np.expm1(-draws / some)


def _tiles(counts: FloatArray, tile: int) -> int:
    """Tiles for groups of such sizes, with the plan's margin; the last tile of a group is half full on the mean."""
    present = -np.expm1(-counts)
    tiles = np.maximum(counts / tile + present / 2, present)
    deviation = np.sqrt(counts.sum() / tile**2 + np.sum(present * 0.08))
    return int(np.ceil(tiles.sum() + _DEVIATIONS * deviation)) + 1


def _with_margin(count: float) -> float:
    return count + _DEVIATIONS * math.sqrt(count) + 1.0
