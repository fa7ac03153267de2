"""Everything a run needs from the graph before a device is touched: split, supervision, sampler, shape."""

from dataclasses import dataclass, field, replace

import numpy as np

from hgt_studio.config import RunConfig
from hgt_studio.errors import InputError, TrainingError
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.graph.leakage import LeakageReport, check_leakage
from hgt_studio.graph.node_features import NodeFeatures, node_features
from hgt_studio.graph.similarity import jaccard_pairs
from hgt_studio.graph.split import Split, split_graph
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.sampling.budget import BudgetSampler
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.plan import plan_shape
from hgt_studio.sampling.shape import NODE_TILES, SEGMENT_TILE, BatchShape, SeedShares, drawn_seeds
from hgt_studio.sampling.subgraph import Int32Array, Sampler
from hgt_studio.sampling.supervision import Supervision

SMALLEST_BATCH = 8
_PLANNING_BATCHES = 16


@dataclass(frozen=True)
class TrainingTask:
    """A prepared run.

    split: train, validation and test facts, and the graph that messages pass over; leakage: what its check found.
    known: all edges of the graph, for filtered evaluation. pairs: int32 (num_pairs, 2), for the contrastive loss.
    maker, shape: make the batches.
    steps_per_epoch: optimiser steps; each takes `gradient_accumulation_steps` batches.
    notices: what the user should know.
    """

    config: RunConfig
    graph: KnowledgeGraph
    split: Split
    leakage: LeakageReport
    known: KnownEdges
    pairs: Int32Array
    maker: BatchMaker
    shape: BatchShape
    steps_per_epoch: int
    notices: tuple[str, ...] = field(default=())

    @property
    def num_steps(self) -> int:
        return self.steps_per_epoch * self.config.training.num_epochs

    @property
    def seeds_per_batch(self) -> int:
        """Seeds drawn for a batch: fewer than the settings say where the graph is small."""
        return drawn_seeds(self.config, self.graph.num_nodes)

    def node_features(self) -> NodeFeatures | None:
        """What nodes start from beside learned embeddings, made of the edges that messages pass over.

        Raises:
            InputError: the features file cannot serve.
        """
        return node_features(self.split.message_graph, self.config.architecture)

    def with_half_batches(self) -> "TrainingTask | None":
        """The same steps from batches half as large, twice as many a step; None if batches cannot be smaller."""
        seeds, accumulated = self.seeds_per_batch, self.config.training.gradient_accumulation_steps
        if seeds < 2 * SMALLEST_BATCH:
            return None
        smaller = self.config.with_values("sampling", batch_size=seeds // 2)
        config = smaller.with_values("training", gradient_accumulation_steps=2 * accumulated)
        maker, shape = _plan_batches(self.graph, self.split, self.pairs, config, self.shape.node_tile)
        return replace(self, config=config, maker=maker, shape=shape)


def prepare_task(graph: KnowledgeGraph, config: RunConfig, device_type: str) -> TrainingTask:
    """Split the graph, find similar pairs, plan the batches. Deterministic in graph and config.

    Raises:
        TrainingError: there is nothing to learn from.
    """
    config, chosen = _suited_to(graph, config)
    split = split_graph(graph, config.data.validation_share, config.data.test_share, config.data.split_seed)
    leakage = check_leakage(graph, split)
    if len(split.train) == 0:
        raise TrainingError("the graph has no edge to train on; check the filters and the shares held out")
    pairs, notices = _similar_pairs(split.message_graph, config)
    maker, shape = _plan_batches(graph, split, pairs, config, NODE_TILES[device_type])
    batches = max(-(-graph.num_nodes // config.sampling.batch_size), config.training.least_batches)
    return TrainingTask(
        config=config,
        graph=graph,
        split=split,
        leakage=leakage,
        known=KnownEdges.build(graph.edges(), graph.num_nodes),
        pairs=pairs,
        maker=maker,
        shape=shape,
        steps_per_epoch=-(-batches // config.training.gradient_accumulation_steps),
        notices=chosen + notices,
    )


def _suited_to(graph: KnowledgeGraph, config: RunConfig) -> tuple[RunConfig, tuple[str, ...]]:
    """The settings with a decoder, and what is told where that is not the usual one."""
    suited = config.suited_to(graph.num_nodes)
    decoder, length = suited.architecture.decoder, suited.architecture.embedding_length
    if suited is not config and decoder != "rotate":
        return suited, (
            f"the graph has {graph.num_nodes:,} nodes, so decoder 'auto' is ComplEx with settings that suit small "
            "graphs; choose architecture.decoder to set all yourself",
        )
    if decoder in ("complex", "distmult") and length > 0:
        return suited, (
            f"decoder '{decoder}' ranks links much worse with embeddings of one length ({length:g}); set "
            "architecture.embedding_length to 0 and training.n3_weight to 0.1",
        )
    return suited, ()


def _plan_batches(
    graph: KnowledgeGraph, split: Split, pairs: Int32Array, config: RunConfig, node_tile: int
) -> tuple[BatchMaker, BatchShape]:
    """What makes the batches, and their shape, measured on the first few."""
    shares = SeedShares.of(config, graph.num_nodes, contrastive=len(pairs) > 0)
    settings, seed, messages = config.sampling, config.training.seed, split.message_graph
    supervision = Supervision(
        graph, split.train, pairs, shares,
        seed=seed, hide=settings.hide_supervision, relation_exponent=settings.relation_exponent,
    )  # fmt: skip
    known = KnownEdges.build(messages.edges(), graph.num_nodes) if settings.filter_negatives else None
    maker = BatchMaker(messages, _sampler(messages, config), supervision, known, seed, settings.edge_dropout)
    usages = [maker.measure(index, node_tile, SEGMENT_TILE) for index in range(_PLANNING_BATCHES)]
    return maker, plan_shape(usages, graph, shares, node_tile, SEGMENT_TILE)


def _sampler(graph: KnowledgeGraph, config: RunConfig) -> Sampler:
    settings = config.sampling
    if config.architecture.num_hops == 0:
        return NeighbourSampler(graph, (), settings.fan_out_rule)
    match settings.sampler:
        case "neighbour":
            return NeighbourSampler(graph, settings.num_neighbors, settings.fan_out_rule)
        case "budget":
            return BudgetSampler(graph, settings.num_samples)


def _similar_pairs(graph: KnowledgeGraph, config: RunConfig) -> tuple[Int32Array, tuple[str, ...]]:
    """Pairs for the contrastive loss, from training edges alone; and a notice where there can be none."""
    settings = config.training
    none = np.empty((0, 2), dtype=np.int32)
    if settings.contrastive_weight == 0.0:
        return none, ()
    try:
        found = jaccard_pairs(
            graph, settings.contrastive_node_type, settings.contrastive_relation, settings.similarity_threshold
        )
    except InputError as error:
        return none, (f"no contrastive loss: {error}",)
    if len(found.pairs) < 2:
        return none, (
            f"no contrastive loss: fewer than two pairs of '{settings.contrastive_node_type}' have a similarity above "
            f"{settings.similarity_threshold}",
        )
    return found.pairs, ()
