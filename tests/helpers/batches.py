"""Batches of small graphs, made as a run makes them."""

import numpy as np
import torch

from hgt_studio.config import RunConfig
from hgt_studio.config.settings_file import apply_overrides
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.batch import index_views
from hgt_studio.sampling.pack import pack
from hgt_studio.sampling.shape import BatchShape
from hgt_studio.training.task import TrainingTask, prepare_task
from tests.helpers.graphs import random_graph

SMALL_GRAPH = {"drug": 40, "disease": 30, "gene": 50, "lone": 2}
WHOLE = 10_000  # a fan-out above every degree
SMALL = (
    "architecture.hidden_dim=16",
    "architecture.embedding_dim=12",
    "architecture.num_heads=2",
    "architecture.decoder=rotate",
    "sampling.batch_size=32",
    "sampling.num_neighbors=[4, 3]",
    "training.gradient_accumulation_steps=2",
    "training.num_epochs=4",
    "training.least_batches=1",
    "training.contrastive_node_type=disease",
    "training.contrastive_relation=associated",
    "evaluation.every_epochs=1",
    "evaluation.memory_budget_mib=16",
    "device.name=cpu",
)


def small_graph(seed: int = 0) -> KnowledgeGraph:
    """122 nodes with all awkward cases, enough edges to hold some out, and similar diseases."""
    return random_graph(seed, SMALL_GRAPH, facts_per_triplet=150)


def small_config(*overrides: str) -> RunConfig:
    """Small dimensions, four epochs of two steps on the small graph; then the overrides."""
    return apply_overrides(RunConfig(), [*SMALL, *overrides])


def small_task(*overrides: str, device_type: str = "cpu") -> TrainingTask:
    """The small graph with the small settings and overrides."""
    return prepare_task(small_graph(), small_config(*overrides), device_type)


def used_rows(task: TrainingTask, index: int, shape: BatchShape) -> torch.Tensor:
    """bool, shape (all rows,): the rows of a batch that hold a sampled node; the others are padding."""
    _, subgraph = task.maker.sample(index)
    views = index_views(np.zeros(shape.num_indices, dtype=np.int32), shape)
    row_of, _ = pack(subgraph, task.graph.node_type, len(task.graph.triplets), shape, views)
    used = torch.zeros(shape.nodes[-1], dtype=torch.bool)
    used[torch.from_numpy(row_of.astype(np.int64))] = True
    return used
