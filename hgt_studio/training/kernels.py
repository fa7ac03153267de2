"""The Numba kernels of a run, compiled, or read from their cache, before a run needs them."""

import numpy as np
import torch

from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.model.attention_kernels import Edges, attend, attend_backward
from hgt_studio.model.chunk_shape import InferencePlan
from hgt_studio.model.chunks import destination_chunks
from hgt_studio.sampling.between import thin
from hgt_studio.training.self_test.small_run import sample_graph
from hgt_studio.training.task import prepare_task

_SCALE = 0.001
_BUDGET_BYTES = 1 << 20


def compile_kernels() -> None:
    """Take a small graph from its file to batches, and through attention on the CPU.

    Any thread may call this while a run trains: it touches no accelerator and draws none of torch's random numbers.
    """
    graph = sample_graph(_SCALE)
    for sampler in ("neighbour", "budget"):
        settings = (f"sampling.sampler={sampler}", "sampling.batch_size=8", "training.similarity_threshold=0")
        task = prepare_task(graph, apply_overrides(RunConfig(), settings), "cpu")
        task.maker.make(0, task.shape)
    thin(np.ones(2), 1, np.uint64(0))
    plan = InferencePlan.within(_BUDGET_BYTES, 1, graph.num_nodes, len(graph.triplets))
    for _ in destination_chunks(graph, plan.chunk):
        pass
    _attend()


def _attend() -> None:
    """One edge, forward and backward."""
    edges: Edges = (np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64))
    query, key_value = torch.zeros(1, 1, 1), torch.zeros(1, 2, 1, 1)
    out, weight = attend(query, key_value, edges, 1)
    attend_backward(query, key_value, weight, out, edges, 1)
