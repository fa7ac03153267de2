"""Another graph in the terms of the one that a network was trained on."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hgt_studio.errors import InputError
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.structural_features import node_keys
from hgt_studio.graph.subgraph import subgraph


@dataclass(frozen=True, eq=False)
class Alignment:
    """A graph with the node types and triplets of another.

    known: int64, shape (num_nodes,), the number in the other graph of each node, -1 if it is new there.
    notices: what of the graph was left out.
    """

    graph: KnowledgeGraph
    known: npt.NDArray[np.int64]
    notices: tuple[str, ...]


def align_graph(graph: KnowledgeGraph, trained: KnowledgeGraph) -> Alignment:
    """Match nodes by type, id and source; leave out nodes and edges of kinds that `trained` does not have.

    Both graphs as they are assembled: types and triplets sorted.

    Raises:
        InputError: no kind of edge is in both.
    """
    keep_triplet = np.array([triplet in trained.triplets for triplet in graph.triplets], bool)
    keep_node = np.array([name in trained.node_types for name in graph.node_types], bool)[graph.node_type]
    if not keep_triplet.any():
        raise InputError("the graph shares no relation between the same node types with the one of the run")
    notices = tuple[str, ...]()
    if not (keep_triplet.all() and keep_node.all()):
        part = subgraph(graph, keep_node, keep_triplet)
        nodes, edges = graph.num_nodes - part.num_nodes, graph.num_edges - part.num_edges
        notices = (f"left out {nodes:,} nodes and {edges:,} edges of kinds that training did not know",)
        graph = part
    counts = graph.counts_by_type()
    number = np.array([trained.triplets.index(triplet) for triplet in graph.triplets], np.int16)
    aligned = replace(
        graph,
        node_types=trained.node_types,
        type_ptr=np.cumsum([0, *(counts.get(name, 0) for name in trained.node_types)], dtype=np.int64),
        triplets=trained.triplets,
        reverse=trained.reverse,
        segment_triplet=number[graph.segment_triplet],
    )
    return Alignment(aligned, _find(node_keys(aligned), node_keys(trained)), notices)


def _find(keys: npt.NDArray[np.uint64], known: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """The position of each key among the known ones, else -1."""
    order = np.argsort(known, kind="stable")
    at = order[np.minimum(np.searchsorted(known[order], keys), len(known) - 1)]
    return np.where(known[at] == keys, at, -1)
