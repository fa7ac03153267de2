"""A second opinion on a split, by sparse matrices: cheap enough to be asked for at every run."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from hgt_studio.errors import TrainingError
from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph
from hgt_studio.graph.split import Split, facts


@dataclass(frozen=True)
class LeakageReport:
    """What a check found in order.

    train_pairs, validation_pairs, test_pairs: unordered node pairs of each side, apart from each other.
    message_edges: edges that messages may pass over, none between the nodes of a held-out pair.
    hidden_edges: all edges between the nodes of held-out pairs, of any relation and direction.
    """

    train_pairs: int
    validation_pairs: int
    test_pairs: int
    message_edges: int
    hidden_edges: int


def check_leakage(graph: KnowledgeGraph, split: Split) -> LeakageReport:
    """Check that no node pair is on two sides, that messages pass over no held-out pair, and that no edge got lost.

    Raises:
        TrainingError: the split leaks or is incomplete.
    """
    train, validation, test = (_pairs(edges, graph.num_nodes) for edges in (split.train, split.validation, split.test))
    held_out = validation + test
    held_out.data[:] = 1
    messages = _adjacency(split.message_graph)
    shared = {
        "validation and test share": validation.multiply(test).nnz,
        "training and held-out edges share": train.multiply(held_out).nnz,
        "messages pass over": messages.multiply(held_out).nnz,
    }
    for what, count in shared.items():
        if count:
            raise TrainingError(f"the split leaks: {what} {count} node pairs; split the graph anew")
    num_hidden = int(_adjacency(graph).multiply(held_out).sum())
    num_facts = len(split.train) + len(split.validation) + len(split.test)
    if num_facts != len(facts(graph)) or split.message_graph.num_edges + num_hidden != graph.num_edges:
        raise TrainingError("the split is not of this graph: edges are missing or new; split the graph anew")
    return LeakageReport(
        train_pairs=_unordered(train),
        validation_pairs=_unordered(validation),
        test_pairs=_unordered(test),
        message_edges=split.message_graph.num_edges,
        hidden_edges=num_hidden,
    )


def _unordered(pairs: csr_matrix) -> int:
    """Node pairs of a symmetric matrix, a node with itself among them."""
    return int(pairs.nnz + np.count_nonzero(pairs.diagonal())) // 2


def _pairs(edges: EdgeList, num_nodes: int) -> csr_matrix:
    """Symmetric, int32, shape (num_nodes, num_nodes): 1 where there is an edge in any direction."""
    ends = np.concatenate((edges.source, edges.destination)), np.concatenate((edges.destination, edges.source))
    matrix = csr_matrix((np.ones(len(ends[0]), dtype=np.int32), ends), shape=(num_nodes, num_nodes))
    matrix.data[:] = 1
    return matrix


def _adjacency(graph: KnowledgeGraph) -> csr_matrix:
    """Number of edges by (destination, source), int32, shape (num_nodes, num_nodes); shares the graph's memory."""
    arrays = np.ones(graph.num_edges, dtype=np.int32), graph.edge_source, graph.edge_ptr[graph.segment_ptr]
    return csr_matrix(arrays, shape=(graph.num_nodes, graph.num_nodes))
