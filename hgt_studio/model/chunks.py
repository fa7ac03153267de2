"""Cutting a whole graph into destination chunks of one static shape, for layer-wise inference."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.model.attention_kernels import Edges
from hgt_studio.model.chunk_shape import EDGE_BLOCKS, SEGMENT_TILE, ChunkShape

GraphArrays = tuple[IntArray, IntArray, IntArray, IntArray]  # segment_ptr, segment_triplet, edge_ptr, edge_source
Limits = tuple[int, int, int, int, int]  # rows, segments and edges of a chunk, segment tile, number of triplets


@dataclass(frozen=True)
class Chunk:
    """Destinations `first .. end - 1`, all of one type, with all their in-edges.

    segment_destination: int64 (shape.segments,), row within the chunk. tile_triplet: int64, triplet of each tile.
    source, segment, destination: int64, shape (num_blocks, shape.block_edges): global source node, segment, row.
    num_edges: how many of them are no padding.
    """

    node_type: int
    first: int
    end: int
    segment_destination: Tensor
    tile_triplet: Tensor
    source: Tensor
    segment: Tensor
    destination: Tensor
    num_edges: int

    def edges(self) -> Edges:
        """Source, segment and destination for kernels, without padding. shape: (num_edges,) each."""
        source, segment, destination = (
            part.view(-1)[: self.num_edges].numpy() for part in (self.source, self.segment, self.destination)
        )
        return source, segment, destination

    @property
    def segment_tile(self) -> int:
        return len(self.segment_destination) // len(self.tile_triplet)


def destination_chunks(graph: KnowledgeGraph, shape: ChunkShape) -> Iterator[Chunk]:
    """All nodes, chunk by chunk, in the order of their numbers."""
    limits = (shape.rows, shape.segments, EDGE_BLOCKS * shape.block_edges, SEGMENT_TILE, len(graph.triplets))
    for number in range(len(graph.node_types)):
        first, last = int(graph.type_ptr[number]), int(graph.type_ptr[number + 1])
        while first < last:
            end = int(_chunk_end(graph.segment_ptr, graph.edge_ptr, graph.segment_triplet, first, last, limits))
            yield _make_chunk(graph, shape, number, first, end)
            first = end


def _make_chunk(graph: KnowledgeGraph, shape: ChunkShape, node_type: int, first: int, end: int) -> Chunk:
    segments = graph.segment_ptr[first], graph.segment_ptr[end]
    num_edges = int(graph.edge_ptr[segments[1]] - graph.edge_ptr[segments[0]])
    blocks = max(1, -(-num_edges // shape.block_edges))
    edges = np.empty((3, blocks * shape.block_edges), dtype=np.int64)
    segment_destination = np.empty(shape.segments, dtype=np.int64)
    tile_triplet = np.zeros(shape.segments // SEGMENT_TILE, dtype=np.int64)
    _fill(
        (graph.segment_ptr, graph.segment_triplet, graph.edge_ptr, graph.edge_source), (first, end),
        (shape.rows - 1, SEGMENT_TILE, len(graph.triplets)), (segment_destination, tile_triplet, edges),
    )  # fmt: skip
    source, segment, destination = torch.from_numpy(edges).view(3, blocks, shape.block_edges)
    return Chunk(
        node_type, first, end, torch.from_numpy(segment_destination), torch.from_numpy(tile_triplet),
        source, segment, destination, num_edges,
    )  # fmt: skip


@kernel
def _chunk_end(
    segment_ptr: IntArray, edge_ptr: IntArray, segment_triplet: IntArray, first: int, last: int, limits: Limits
) -> int:
    """The end of the longest chunk from `first` within the limits; at least one node."""
    rows, segments, edges, tile, num_triplets = limits
    count = np.zeros(num_triplets, np.int64)
    tiles = 0
    for node in range(first, min(last, first + rows - 1)):
        for segment in range(segment_ptr[node], segment_ptr[node + 1]):
            tiles += count[segment_triplet[segment]] % tile == 0
            count[segment_triplet[segment]] += 1
        too_many_edges = edge_ptr[segment_ptr[node + 1]] - edge_ptr[segment_ptr[first]] > edges
        if node > first and (tiles > segments // tile - 1 or too_many_edges):
            return node
    return min(last, first + rows - 1)


@kernel
def _fill(
    graph: GraphArrays, nodes: tuple[int, int], sizes: tuple[int, int, int], out: tuple[IntArray, IntArray, IntArray]
) -> None:
    """Lay the segments out on tiles by triplet, and their edges in the segments' own order."""
    segment_ptr, segment_triplet, edge_ptr, edge_source = graph
    first, end = nodes
    padded_row, tile, num_triplets = sizes
    segment_destination, tile_triplet, edges = out
    segment_destination[:] = padded_row
    edges[0, :], edges[1, :], edges[2, :] = 0, len(segment_destination) - 1, padded_row
    count = np.zeros(num_triplets, np.int64)
    for segment in range(segment_ptr[first], segment_ptr[end]):
        count[segment_triplet[segment]] += 1
    place, tiles = np.zeros(num_triplets, np.int64), 0
    for triplet in range(num_triplets):
        place[triplet] = tiles * tile
        for _ in range((count[triplet] + tile - 1) // tile):
            tile_triplet[tiles] = triplet
            tiles += 1
    at = 0
    for node in range(first, end):
        for segment in range(segment_ptr[node], segment_ptr[node + 1]):
            here = place[segment_triplet[segment]]
            place[segment_triplet[segment]] += 1
            segment_destination[here] = node - first
            for edge in range(edge_ptr[segment], edge_ptr[segment + 1]):
                edges[0, at], edges[1, at], edges[2, at] = edge_source[edge], here, node - first
                at += 1
