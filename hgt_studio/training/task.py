"""Everything a run needs from the graph before a device is touched: split, supervision, sampler, shape."""

from dataclasses import dataclass, field

import numpy as np

from hgt_studio.config import RunConfig
from hgt_studio.errors import InputError, TrainingError
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.graph.similarity import jaccard_pairs
from hgt_studio.graph.split import Split, split_graph
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.sampling.budget import BudgetSampler
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.plan import plan_shape
from hgt_studio.sampling.shape import BatchShape, SeedShares
from hgt_studio.sampling.subgraph import Int32Array, Sampler
from hgt_studio.sampling.supervision import Supervision

_PLANNING_BATCHES = 16
_SEGMENT_TILE = 32
_NODE_TILES = {"cpu": 8, "cuda": 128, "mps": 128}


@dataclass(frozen=True)
class TrainingTask:
    """A prepared run.

    split: train, validation and test facts, and the graph that messages pass over.
    maker, shape: make the batches. known: all edges of the graph, for filtered evaluation.
    steps_per_epoch: optimiser steps; each takes `gradient_accumulation_steps` batches.
    notices: what the user should know.
    """

    config: RunConfig
    graph: KnowledgeGraph
    split: Split
    known: KnownEdges
    maker: BatchMaker
    shape: BatchShape
    num_pairs: int
    steps_per_epoch: int
    notices: tuple[str, ...] = field(default=())

    @property
    def num_steps(self) -> int:
        return self.steps_per_epoch * self.config.training.num_epochs


def prepare_task(graph: KnowledgeGraph, config: RunConfig, device_type: str) -> TrainingTask:
    """Split the graph, find similar pairs, plan the batches. Deterministic in graph and config.

    Raises:
        TrainingError: there is nothing to learn from.
    """
    split = split_graph(graph, config.data.validation_share, config.data.test_share, config.data.split_seed)
    if len(split.train) == 0:
        raise TrainingError("the graph has no edge to train on; check the filters and the shares held out")
    pairs, notices = _similar_pairs(split.message_graph, config)
    shares = SeedShares.of(config, contrastive=len(pairs) > 0)
    settings, seed = config.sampling, config.training.seed
    supervision = Supervision(graph, split.train, pairs, shares, seed=seed, hide=settings.hide_supervision)
    train_known = KnownEdges.build(split.message_graph.edges(), graph.num_nodes) if settings.filter_negatives else None
    maker = BatchMaker(split.message_graph, _sampler(split.message_graph, config), supervision, train_known, seed)
    tile = _NODE_TILES[device_type]
    usages = [maker.measure(index, tile, _SEGMENT_TILE) for index in range(_PLANNING_BATCHES)]
    batches = -(-graph.num_nodes // settings.batch_size)
    return TrainingTask(
        config=config,
        graph=graph,
        split=split,
        known=KnownEdges.build(graph.edges(), graph.num_nodes),
        maker=maker,
        shape=plan_shape(usages, graph, shares, tile, _SEGMENT_TILE),
        num_pairs=len(pairs),
        steps_per_epoch=-(-batches // config.training.gradient_accumulation_steps),
        notices=notices,
    )


def _sampler(graph: KnowledgeGraph, config: RunConfig) -> Sampler:
    settings = config.sampling
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
