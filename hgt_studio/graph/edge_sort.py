"""Edges sorted by (destination, triplet, source) with three counting sorts, least significant key first.

Every pass drops the key it sorts by, which the position then tells: so each moves two arrays, not three.
"""

from typing import NamedTuple

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray


class SortedEdges(NamedTuple):
    """The edge arrays of a `KnowledgeGraph`, and how many edges are loops."""

    segment_ptr: IntArray
    segment_triplet: IntArray
    edge_ptr: IntArray
    edge_source: IntArray
    self_loops: int


def sort_edges(edges: EdgeList, num_nodes: int, num_triplets: int) -> SortedEdges:
    """Distinct edges in the order of a `KnowledgeGraph`. Linear in edges + nodes + triplets."""
    source_ptr, triplet, destination = _by_source(edges.source, edges.triplet, edges.destination, num_nodes)
    triplet_ptr, source, destination = _by_triplet(source_ptr, triplet, destination, num_triplets)
    node_ptr, source, triplet = _by_destination(triplet_ptr, source, destination, num_nodes)
    segment_ptr, segment_triplet, edge_ptr, edge_source, self_loops = _segments(node_ptr, source, triplet)
    if len(edge_source) < 2**31:
        edge_ptr = edge_ptr.astype(np.int32)
    return SortedEdges(segment_ptr, segment_triplet, edge_ptr, edge_source, int(self_loops))


@kernel
def _starts(keys: IntArray, num_keys: int) -> IntArray:
    """int64, shape (num_keys + 1,): where the run of each key begins."""
    ptr = np.zeros(num_keys + 1, np.int64)
    for key in keys:
        ptr[key + 1] += 1
    for key in range(num_keys):
        ptr[key + 1] += ptr[key]
    return ptr


@kernel
def _by_source(
    source: IntArray, triplet: IntArray, destination: IntArray, num_nodes: int
) -> tuple[IntArray, IntArray, IntArray]:
    ptr = _starts(source, num_nodes)
    place = ptr[:-1].copy()
    new_triplet = np.empty_like(triplet)
    new_destination = np.empty_like(destination)
    for e in range(len(source)):
        to = place[source[e]]
        place[source[e]] += 1
        new_triplet[to] = triplet[e]
        new_destination[to] = destination[e]
    return ptr, new_triplet, new_destination


@kernel
def _by_triplet(
    source_ptr: IntArray, triplet: IntArray, destination: IntArray, num_triplets: int
) -> tuple[IntArray, IntArray, IntArray]:
    ptr = _starts(triplet, num_triplets)
    place = ptr[:-1].copy()
    new_source = np.empty_like(destination)
    new_destination = np.empty_like(destination)
    for node in range(len(source_ptr) - 1):
        for e in range(source_ptr[node], source_ptr[node + 1]):
            to = place[triplet[e]]
            place[triplet[e]] += 1
            new_source[to] = node
            new_destination[to] = destination[e]
    return ptr, new_source, new_destination


@kernel
def _by_destination(
    triplet_ptr: IntArray, source: IntArray, destination: IntArray, num_nodes: int
) -> tuple[IntArray, IntArray, IntArray]:
    ptr = _starts(destination, num_nodes)
    place = ptr[:-1].copy()
    new_source = np.empty_like(source)
    new_triplet = np.empty(len(source), np.int16)
    for triplet in range(len(triplet_ptr) - 1):
        for e in range(triplet_ptr[triplet], triplet_ptr[triplet + 1]):
            to = place[destination[e]]
            place[destination[e]] += 1
            new_source[to] = source[e]
            new_triplet[to] = triplet
    return ptr, new_source, new_triplet


@kernel
def _segments(
    node_ptr: IntArray, source: IntArray, triplet: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray, int]:
    """Drop repeated edges (in place) and mark where segments begin."""
    num_nodes = len(node_ptr) - 1
    segment_ptr = np.zeros(num_nodes + 1, np.int32)
    segment_triplet = np.empty(len(source), np.int16)
    edge_ptr = np.zeros(len(source) + 1, np.int64)
    edges = segments = self_loops = 0
    for node in range(num_nodes):
        for e in range(node_ptr[node], node_ptr[node + 1]):
            first = e == node_ptr[node]
            if first or triplet[e] != triplet[e - 1]:
                segment_triplet[segments] = triplet[e]
                segments += 1
            elif source[edges - 1] == source[e]:
                continue
            source[edges] = source[e]
            edges += 1
            edge_ptr[segments] = edges
            self_loops += source[edges - 1] == node
        segment_ptr[node + 1] = segments
    return (
        segment_ptr,
        segment_triplet[:segments].copy(),
        edge_ptr[: segments + 1].copy(),
        source[:edges].copy(),
        self_loops,
    )
