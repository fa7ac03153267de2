"""Memory of the host beside the device: graph, indices, samplers and the queue of batches."""

from hgt_studio.config import RunConfig
from hgt_studio.memory.graph_sizes import GraphSizes
from hgt_studio.sampling.shape import BatchShape

_NODE_TABLE_ROW_BYTES = 64  # id, name, vocabulary and number of a node of PrimeKG


def host_parts(config: RunConfig, sizes: GraphSizes, shape: BatchShape) -> dict[str, int]:
    """Bytes by part while a run trains, without the program itself."""
    share = 1.0 - config.data.validation_share - config.data.test_share
    messages = int(_graph_bytes(sizes) * share)
    indexed = 1.0 + share * config.sampling.filter_negatives
    threads, depth = config.sampling.prefetch_threads, config.sampling.prefetch_batches
    batch_bytes = 4 * shape.num_indices + shape.num_mask_values
    return {
        "graph": _graph_bytes(sizes) + messages,
        "node table": _NODE_TABLE_ROW_BYTES * sizes.num_nodes,
        "known edges": int(indexed * (12 * sizes.num_edges + 8 * sizes.num_nodes)),
        "split": 5 * sizes.num_edges,
        "supervision": int(share * sizes.num_edges) * (10 if config.sampling.supervision_factor > 1 else 2),
        "samplers": 12 * sizes.num_nodes * max(1, threads),
        "prefetch queue": batch_bytes * (threads + depth if threads else 1),
    }


def _graph_bytes(sizes: GraphSizes) -> int:
    """The arrays of `KnowledgeGraph`: an int32 for each edge, an int32 and an int16 for each segment."""
    return 4 * sizes.num_edges + 6 * sizes.num_segments + 4 * sizes.num_nodes
