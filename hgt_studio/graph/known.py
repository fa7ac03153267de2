"""An index of known edges, to tell a true answer from a wrong one: by source and by destination."""

from dataclasses import dataclass

import numpy as np

from hgt_studio.graph.edge_sort import sort_edges
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray


@dataclass(frozen=True, eq=False)
class KnownEdges:
    """All edges twice, each time as plain arrays that a kernel can search.

    source_ptr, destination_ptr: int32 (int64 from 2^31 edges), shape (num_nodes + 1,).
    source_triplet, destination_triplet: int16, shape (num_edges,), ascending within a node.
    source_destination, destination_source: int32, shape (num_edges,), ascending within (node, triplet).
    """

    source_ptr: IntArray
    source_triplet: IntArray
    source_destination: IntArray
    destination_ptr: IntArray
    destination_triplet: IntArray
    destination_source: IntArray

    @classmethod
    def build(cls, edges: EdgeList, num_nodes: int) -> "KnownEdges":
        """Index edges that come in any order; an edge that comes twice counts once."""
        turned = EdgeList(edges.destination, edges.triplet, edges.source)
        return cls(*_by_destination(turned, num_nodes), *_by_destination(edges, num_nodes))

    def destinations(self, source: int, triplet: int) -> IntArray:
        """Known destinations of a source, ascending; a view, shape (num_found,)."""
        return _answers(self.source_ptr, self.source_triplet, self.source_destination, source, triplet)

    def sources(self, destination: int, triplet: int) -> IntArray:
        """Known sources of a destination, ascending; a view, shape (num_found,)."""
        return _answers(self.destination_ptr, self.destination_triplet, self.destination_source, destination, triplet)


def _by_destination(edges: EdgeList, num_nodes: int) -> tuple[IntArray, IntArray, IntArray]:
    """`ptr` by destination, and the triplet and source of each edge."""
    num_triplets = int(edges.triplet.max(initial=-1)) + 1
    segment_ptr, segment_triplet, edge_ptr, source, _ = sort_edges(edges, num_nodes, num_triplets)
    return edge_ptr[segment_ptr], np.repeat(segment_triplet, np.diff(edge_ptr)), source


def _answers(ptr: IntArray, triplets: IntArray, answers: IntArray, node: int, triplet: int) -> IntArray:
    begin, end = int(ptr[node]), int(ptr[node + 1])
    left, right = begin + np.searchsorted(triplets[begin:end], [triplet, triplet + 1])
    return answers[left:right]
