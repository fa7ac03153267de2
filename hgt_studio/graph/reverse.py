"""Gives every edge a reverse edge."""

from dataclasses import replace

import numpy as np

from hgt_studio.graph.assemble import assemble_graph
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray, KnowledgeGraph
from hgt_studio.graph.pairing import named_reverse
from hgt_studio.typing import Triplet


def add_reverse_edges(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The graph in which every triplet has a reverse, and every edge its mirror edge there.

    Triplets without a reverse get a new one, (B, rev_r, A) for (A, r, B); existing pairs are completed.
    """
    triplets = list(graph.triplets)
    reverse = _reverse_of_all(graph, triplets)
    edges = graph.edges()
    complete = assemble_graph(
        graph.node_types,
        graph.node_type,
        graph.nodes,
        triplets,
        EdgeList(
            np.concatenate((edges.source, edges.destination)),
            np.concatenate((edges.triplet, reverse[edges.triplet])),
            np.concatenate((edges.destination, edges.source)),
        ),
    )
    added = complete.num_edges - graph.num_edges
    report = replace(graph.report, one_way_edges=0, added_reverse_edges=graph.report.added_reverse_edges + added)
    return replace(complete, report=report)


def _reverse_of_all(graph: KnowledgeGraph, triplets: list[Triplet]) -> IntArray:
    """int16: the reverse of each of the graph's triplets; the missing ones are appended to `triplets`."""
    reverse = graph.reverse.copy()
    for i in np.flatnonzero(reverse < 0):
        reverse[i] = len(triplets)
        triplets.append(named_reverse(graph.triplets[i]))
    return reverse
