"""Nodes that training never saw, of whom nothing else tells: they lie where their neighbours point."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.decoder import LearnedDecoder

_BLOCK_EDGES = 1 << 16


@torch.no_grad()
def fold_in(
    vectors: Tensor, graph: KnowledgeGraph, decoder: LearnedDecoder, new: npt.NDArray[np.bool_], place: torch.device
) -> int:
    """Put new nodes, in place, where the decoder looks for the ends of their edges, on the mean.

    A decoder turns the source of an edge into a query, and training draws the destination to its target: the mean
    target of its edges is where training would have drawn a new node. Its length becomes the mean length of the others.

    vectors: float32 (num_nodes, dim) on the host. new: shape (num_nodes,). place: where the decoder is.
    Returns the number of new nodes that stay as they are, having no edge from a node that is not new.
    """
    edges = graph.edges()
    edges = edges[new[edges.destination] & ~new[edges.source]]
    reached, row = np.unique(edges.destination, return_inverse=True)
    source, question, rows = (_tensor(numbers) for numbers in (edges.source, edges.triplet, row))
    total = torch.zeros(len(reached), vectors.size(1))
    for start in range(0, len(edges), _BLOCK_EDGES):
        block = slice(start, start + _BLOCK_EDGES)
        query = decoder.query(vectors[source[block]].to(place), question[block].to(place))
        total.index_add_(0, rows[block], decoder.target(query).cpu())
    length = torch.linalg.vector_norm(vectors, dim=1)[torch.from_numpy(~new)].mean()
    vectors[_tensor(reached)] = torch.nn.functional.normalize(total, dim=1) * length
    return int(np.count_nonzero(new)) - len(reached)


def _tensor(numbers: npt.NDArray[np.integer]) -> Tensor:
    return torch.from_numpy(numbers.astype(np.int64))
