"""The same nodes and triplets with a part of the edges."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.knowledge_graph import KnowledgeGraph


def select_edges(graph: KnowledgeGraph, keep: npt.NDArray[np.bool_]) -> KnowledgeGraph:
    """Keep some edges; segments of which none is left go, nodes and triplets stay.

    keep: bool, shape (num_edges,), in stored order.
    """
    kept_before = np.zeros(graph.num_edges + 1, dtype=graph.edge_ptr.dtype)
    np.cumsum(keep, out=kept_before[1:])
    edge_ptr = kept_before[graph.edge_ptr]
    occupied = edge_ptr[1:] > edge_ptr[:-1]
    occupied_before = np.zeros(graph.num_segments + 1, dtype=graph.segment_ptr.dtype)
    np.cumsum(occupied, out=occupied_before[1:])
    return replace(
        graph,
        segment_ptr=occupied_before[graph.segment_ptr],
        segment_triplet=graph.segment_triplet[occupied],
        edge_ptr=np.append(edge_ptr[:-1][occupied], edge_ptr[-1]),
        edge_source=graph.edge_source[keep],
    )
