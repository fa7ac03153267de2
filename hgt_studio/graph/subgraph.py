"""The part of a graph that some nodes and triplets span."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hgt_studio.errors import InputError
from hgt_studio.graph.assemble import assemble_graph
from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph

Mask = npt.NDArray[np.bool_]


def subgraph(graph: KnowledgeGraph, keep_node: Mask, keep_triplet: Mask) -> KnowledgeGraph:
    """The nodes kept and the edges between them; types and triplets of which nothing is left go too.

    keep_node: bool, shape (num_nodes,).
    keep_triplet: bool, shape (num_triplets,).

    Raises:
        InputError: no edge is left.
    """
    edges = graph.edges()
    edges = edges[keep_triplet[edges.triplet] & keep_node[edges.source] & keep_node[edges.destination]]
    if not len(edges):
        raise InputError("the filters leave no edge of the graph; keep more node types or relations")
    node_type = graph.node_type[keep_node]
    node_number = np.cumsum(keep_node, dtype=np.int32) - 1
    types, triplets = np.unique(node_type), np.unique(edges.triplet)
    part = assemble_graph(
        [graph.node_types[i] for i in types],
        np.searchsorted(types, node_type),
        graph.nodes.filter(keep_node),
        [graph.triplets[i] for i in triplets],
        EdgeList(
            node_number[edges.source],
            np.searchsorted(triplets, edges.triplet).astype(np.int16),
            node_number[edges.destination],
        ),
    )
    return replace(part, report=replace(graph.report, one_way_edges=part.report.one_way_edges))
