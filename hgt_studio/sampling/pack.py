"""From a sampled subgraph to the padded rows, segments and edges of a `BatchShape`, in Numba kernels.

Padding is inert: padded edges belong to a padded segment whose destination is a padded row, and every hop and every
block ends with at least one tile of padding. What does not fit the shape is left out and counted.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.sampling.shape import BatchShape
from hgt_studio.sampling.subgraph import Int16Array, Int32Array, Int64Array, Subgraph


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of its shape a batch used.

    node_tiles: int64, shape (num_hops + 1,), tiles used of each hop. segment_tiles, edges: int64, shape (num_hops,),
    used of each block. dropped_edges: edges left out for want of room.
    """

    node_tiles: Int64Array
    segment_tiles: Int64Array
    edges: Int64Array
    dropped_edges: int


class EdgeArrays(NamedTuple):
    """The edges of a subgraph in local numbers, shape (num_edges,) each."""

    source: Int32Array
    destination: Int32Array
    triplet: Int16Array


class Bounds(NamedTuple):
    """Where hops (rows) and blocks (segments, edges) begin and end in the planned arrays, and the tile of segments."""

    rows: Int64Array
    segments: Int64Array
    edges: Int64Array
    tile: int


class EdgeSlots(NamedTuple):
    """The arrays of a batch that edges fill."""

    segment_destination: Int32Array
    tile_triplet: Int32Array
    edge_source: Int32Array
    edge_segment: Int32Array
    edge_destination: Int32Array


def pack(
    subgraph: Subgraph, node_type: Int16Array, num_triplets: int, shape: BatchShape, out: dict[str, Int32Array]
) -> tuple[Int32Array, Usage]:
    """Fill the node, segment and edge arrays of `out`.

    Returns:
        The row of each local node (int32, -1 if there was no room), and the usage of the shape.
    """
    rows, segments, edges = (
        np.array((0, *ends), dtype=np.int64) for ends in (shape.nodes, shape.segments, shape.edges)
    )
    types = node_type[subgraph.nodes]
    num_types = int(node_type.max(initial=0)) + 1
    row_of, node_tiles = _place_nodes(
        subgraph.nodes, subgraph.hop_ptr, types, num_types, shape.node_tile, rows, out["node_ids"], out["tile_type"]
    )
    found = EdgeArrays(subgraph.source, subgraph.destination, subgraph.triplet)
    order, block_of = _edge_order(found, subgraph.hop_ptr, num_triplets)
    bounds = Bounds(rows, segments, edges, shape.segment_tile)
    slots = EdgeSlots(*(out[name] for name in EdgeSlots._fields))
    segment_tiles, used, dropped = _place_edges(found, order, block_of, row_of, bounds, slots)
    return row_of, Usage(node_tiles, segment_tiles, used, int(dropped))


@kernel
def _place_nodes(
    nodes: Int32Array,
    hop_ptr: Int64Array,
    types: Int16Array,
    num_types: int,
    tile: int,
    rows: Int64Array,
    node_ids: Int32Array,
    tile_type: Int32Array,
) -> tuple[Int32Array, Int64Array]:
    """Give every node a row in its hop, sorted by type, each type on tiles of its own."""
    node_ids[:] = 0
    tile_type[:] = 0
    hops = len(hop_ptr) - 1
    row_of, tiles = np.full(len(nodes), -1, np.int32), np.zeros(hops, np.int64)
    for hop in range(hops):
        room = (rows[hop + 1] - rows[hop]) // tile - 1
        count = np.zeros(num_types, np.int64)
        for i in range(hop_ptr[hop], hop_ptr[hop + 1]):
            t = types[i]
            if count[t] % tile == 0:
                if tiles[hop] == room:
                    continue
                tiles[hop] += 1
            row_of[i] = count[t]
            count[t] += 1
        start, row = np.zeros(num_types, np.int64), rows[hop]
        for t in range(num_types):
            start[t] = row
            for _ in range((count[t] + tile - 1) // tile):
                tile_type[row // tile] = t
                row += tile
        for i in range(hop_ptr[hop], hop_ptr[hop + 1]):
            if row_of[i] >= 0:
                row_of[i] += start[types[i]]
                node_ids[row_of[i]] = nodes[i]
    return row_of, tiles


@kernel
def _edge_order(found: EdgeArrays, hop_ptr: Int64Array, num_triplets: int) -> tuple[Int64Array, Int64Array]:
    """Edges stably sorted by (block, triplet); block_of counts from 0, and is the number of hops for unneeded edges."""
    source, destination, triplet = found
    hops = len(hop_ptr) - 2
    block_of = np.empty(len(source), np.int64)
    count = np.zeros((hops + 1) * num_triplets + 1, np.int64)
    for e in range(len(source)):
        block = hops
        for b in range(hops - 1, -1, -1):
            if destination[e] < hop_ptr[b + 1] and source[e] < hop_ptr[b + 2]:
                block = b
        block_of[e] = block
        count[block * num_triplets + triplet[e] + 1] += 1
    for k in range(1, len(count)):
        count[k] += count[k - 1]
    order = np.empty(len(source), np.int64)
    for e in range(len(source)):
        k = block_of[e] * num_triplets + triplet[e]
        order[count[k]] = e
        count[k] += 1
    return order, block_of


@kernel
def _pad_block(block: int, bounds: Bounds, slots: EdgeSlots) -> None:
    """Make a whole block inert: its last segment and the last row of its destinations take all."""
    rows, segments, edges, tile = bounds
    segment_destination, tile_triplet, edge_source, edge_segment, edge_destination = slots
    row = rows[block + 1] - 1
    segment_destination[segments[block] : segments[block + 1]] = row
    tile_triplet[segments[block] // tile : segments[block + 1] // tile] = 0
    edge_source[edges[block] : edges[block + 1]] = row
    edge_segment[edges[block] : edges[block + 1]] = segments[block + 1] - 1
    edge_destination[edges[block] : edges[block + 1]] = row


@kernel
def _place_edges(
    found: EdgeArrays, order: Int64Array, block_of: Int64Array, row_of: Int32Array, bounds: Bounds, slots: EdgeSlots
) -> tuple[Int64Array, Int64Array, int]:
    """Lay out segments and edges block by block, triplet by triplet."""
    source, destination, triplet = found
    _, segments, edges, tile = bounds
    segment_destination, tile_triplet, edge_source, edge_segment, edge_destination = slots
    blocks = len(edges) - 1
    tiles, used, dropped, i = np.zeros(blocks, np.int64), np.zeros(blocks, np.int64), 0, 0
    for block in range(blocks):
        _pad_block(block, bounds, slots)
        room = (segments[block + 1] - segments[block]) // tile - 1
        last_triplet, last_destination, segment, in_tile = -1, -1, -1, tile
        while i < len(order) and block_of[order[i]] == block:
            e = order[i]
            i += 1
            from_row, to_row = row_of[source[e]], row_of[destination[e]]
            if from_row < 0 or to_row < 0 or used[block] == edges[block + 1] - edges[block]:
                dropped += 1
                continue
            if triplet[e] != last_triplet or to_row != last_destination:
                if triplet[e] != last_triplet or in_tile == tile:
                    if tiles[block] == room:
                        dropped += 1
                        continue
                    segment, in_tile = segments[block] + tiles[block] * tile, 0
                    tile_triplet[segment // tile] = triplet[e]
                    tiles[block] += 1
                else:
                    segment += 1
                in_tile += 1
                segment_destination[segment] = to_row
                last_triplet, last_destination = triplet[e], to_row
            at = edges[block] + used[block]
            edge_source[at], edge_segment[at], edge_destination[at] = from_row, segment, to_row
            used[block] += 1
    return tiles, used, dropped
