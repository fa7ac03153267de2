"""Sizes of layer-wise inference within a memory budget. Free of torch, so that the budget can be shown at once."""

from dataclasses import dataclass

SEGMENT_TILE = 32
EDGE_BLOCKS = 4  # of a chunk, but for a node that has more edges than that

INPUT_ROWS = 4096  # nodes whose input is made at a time


@dataclass(frozen=True)
class ChunkShape:
    """Lengths of every chunk: destination rows, segments, and edges per block; the last row and tile are padding."""

    rows: int
    segments: int
    block_edges: int

    @classmethod
    def within(cls, budget_bytes: int, hidden: int, num_triplets: int) -> "ChunkShape":
        """The largest shape whose temporaries fit a budget; never smaller than what one node needs.

        A block of edges holds three tensors of (edges, hidden) at once; the rows and segments hold about eight.
        """
        vector_bytes = 4 * hidden
        block_edges = min(max(budget_bytes // 2 // (3 * vector_bytes), 256), 1 << 16)
        segments = min(max(budget_bytes // 2 // (8 * vector_bytes), 0), 1 << 15) // SEGMENT_TILE * SEGMENT_TILE
        segments = max(segments, (2 * num_triplets + 2) * SEGMENT_TILE)
        return cls(rows=segments // 2, segments=segments, block_edges=block_edges)


@dataclass(frozen=True)
class InferencePlan:
    """How inference uses its budget.

    keep_on_device: whether keys and values of all nodes stay on the device, else on the host.
    """

    chunk: ChunkShape
    keep_on_device: bool

    @classmethod
    def within(cls, budget_bytes: int, hidden: int, num_nodes: int, num_triplets: int) -> "InferencePlan":
        """Keys and values stay on the device if that leaves a quarter of the budget to the chunks."""
        store_bytes = 2 * 4 * hidden * num_nodes
        keep = store_bytes <= budget_bytes * 3 // 4
        left = budget_bytes - store_bytes if keep else budget_bytes
        return cls(ChunkShape.within(left, hidden, num_triplets), keep)
