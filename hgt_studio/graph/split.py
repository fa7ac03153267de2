"""Train, validation and test edges that share no pair of nodes, so that no edge gives away a held-out one.

What is split are unordered node pairs: all edges between two nodes, of any relation and direction, lie on one side.
A pair counts for the rarest of its relations, and each relation's pairs are shared out exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray, KnowledgeGraph
from hgt_studio.graph.select_edges import select_edges
from hgt_studio.typing import Triplet

Mask = npt.NDArray[np.bool_]

_TRAIN, _VALIDATION, _TEST = 0, 1, 2
_MIN_SPLITTABLE_PAIRS = 3


@dataclass(frozen=True)
class SplitReport:
    """What the split did. The three numbers of a tuple belong to train, validation and test.

    num_pairs: distinct unordered node pairs.
    num_facts: edges of each triplet, without its reverse.
    nodes_without_train_edges: nodes all of whose edges are held out.
    """

    num_pairs: tuple[int, int, int]
    num_facts: Mapping[Triplet, tuple[int, int, int]]
    nodes_without_train_edges: int


@dataclass(frozen=True, eq=False)
class Split:
    """The facts of each side, and the graph that messages may pass over: all edges between pairs of the train side."""

    train: EdgeList
    validation: EdgeList
    test: EdgeList
    message_graph: KnowledgeGraph
    report: SplitReport


def facts(graph: KnowledgeGraph) -> EdgeList:
    """One edge for each undirected one, in stored order.

    Of a triplet and its reverse the edges of the lower-numbered one, of a triplet that is its own reverse those whose
    source is not above their destination, and all edges of a triplet without reverse. Edges that lack their mirror edge
    in the reverse triplet (`ReadReport.one_way_edges`) are no facts unless they are of the kept direction.
    """
    edges = graph.edges()
    own_reverse = graph.reverse[edges.triplet] == edges.triplet
    return edges[has_facts(graph)[edges.triplet] & (~own_reverse | (edges.source <= edges.destination))]


def has_facts(graph: KnowledgeGraph) -> Mask:
    """Whether edges of a triplet, not of its reverse, are the facts. shape: (num_triplets,)."""
    return (graph.reverse < 0) | (np.arange(len(graph.reverse)) <= graph.reverse)


def split_graph(graph: KnowledgeGraph, validation_share: float, test_share: float, seed: int) -> Split:
    """Hold out shares of each relation's node pairs; depends only on the graph and the seed.

    Shares are rounded down, but a relation with at least three pairs gives one to each side whose share is not zero.
    Shares from 0 to 0.4 each, the bounds of `DataConfig`, leave at least one pair of each such relation to train on.
    """
    edges = facts(graph)
    pairs = _distinct_pairs(edges, graph.num_nodes)
    side = _draw_sides(pairs.stratum, validation_share, test_share, seed)
    fact_side = side[pairs.of_edge]
    held_out = side != _TRAIN
    message_graph = select_edges(graph, ~_is_between(graph, pairs.low[held_out], pairs.high[held_out]))
    sides = [edges[fact_side == number] for number in (_TRAIN, _VALIDATION, _TEST)]
    report = SplitReport(
        num_pairs=_three(np.bincount(side, minlength=3)),
        num_facts=_facts_by_triplet(graph, sides),
        nodes_without_train_edges=int(_num_connected(graph) - _num_connected(message_graph)),
    )
    return Split(sides[_TRAIN], sides[_VALIDATION], sides[_TEST], message_graph, report)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Distinct unordered pairs, ascending.

    low, high: int64, shape (num_pairs,). stratum: int16, shape (num_pairs,), 0 is the rarest triplet.
    of_edge: int64, shape (num_edges,), the pair of each edge.
    """

    low: IntArray
    high: IntArray
    stratum: IntArray
    of_edge: IntArray


def _distinct_pairs(edges: EdgeList, num_nodes: int) -> _Pairs:
    """The stratum of a pair is the rarest triplet among its edges, of equally rare ones the lowest-numbered."""
    low, high = np.minimum(edges.source, edges.destination), np.maximum(edges.source, edges.destination)
    keys, of_edge = np.unique(low.astype(np.int64) * num_nodes + high, return_inverse=True)
    low, high = np.divmod(keys, num_nodes)
    by_rarity = np.argsort(np.bincount(edges.triplet), kind="stable").astype(np.int16)
    rarity = np.argsort(by_rarity).astype(np.int16)
    stratum = np.full(len(keys), len(rarity), dtype=np.int16)
    np.minimum.at(stratum, of_edge, rarity[edges.triplet])
    return _Pairs(low, high, stratum, of_edge)


def _draw_sides(stratum: IntArray, validation_share: float, test_share: float, seed: int) -> npt.NDArray[np.int8]:
    """The side of each pair; shape: (num_pairs,)."""
    shuffled = np.random.default_rng(seed).permutation(len(stratum))
    shuffled = shuffled[np.argsort(stratum[shuffled], kind="stable")]
    side = np.full(len(stratum), _TRAIN, dtype=np.int8)
    start = 0
    for num_pairs in np.bincount(stratum).tolist():
        num_validation = _num_held_out(num_pairs, validation_share)
        end_of_test = start + num_validation + _num_held_out(num_pairs, test_share)
        side[shuffled[start : start + num_validation]] = _VALIDATION
        side[shuffled[start + num_validation : end_of_test]] = _TEST
        start += num_pairs
    return side


def _num_held_out(num_pairs: int, share: float) -> int:
    at_least = 1 if share > 0 and num_pairs >= _MIN_SPLITTABLE_PAIRS else 0
    return max(int(num_pairs * share), at_least)


def _is_between(graph: KnowledgeGraph, low: IntArray, high: IntArray) -> Mask:
    """Whether each edge, in stored order, runs between the two nodes of one of the pairs, in either direction."""
    node, partner = np.concatenate((low, high)), np.concatenate((high, low))
    by_node = np.argsort(node, kind="stable")
    partner_ptr = np.searchsorted(node[by_node], np.arange(graph.num_nodes + 1))
    return _mark_partners(graph.edge_ptr[graph.segment_ptr], graph.edge_source, partner_ptr, partner[by_node])


@kernel
def _mark_partners(in_edge_ptr: IntArray, edge_source: IntArray, partner_ptr: IntArray, partner: IntArray) -> Mask:
    """Mark the in-edges of each node that come from one of its partners."""
    marked = np.zeros(len(edge_source), np.bool_)
    partner_of = np.full(len(in_edge_ptr) - 1, -1, np.int32)  # the last node that each node was a partner of
    for node in range(len(in_edge_ptr) - 1):
        for other in partner[partner_ptr[node] : partner_ptr[node + 1]]:
            partner_of[other] = node
        for edge in range(in_edge_ptr[node], in_edge_ptr[node + 1]):
            marked[edge] = partner_of[edge_source[edge]] == node
    return marked


def _facts_by_triplet(graph: KnowledgeGraph, sides: list[EdgeList]) -> Mapping[Triplet, tuple[int, int, int]]:
    counts = np.stack([np.bincount(edges.triplet, minlength=len(graph.triplets)) for edges in sides], axis=1)
    return {graph.triplets[i]: _three(counts[i]) for i in np.flatnonzero(counts.any(axis=1))}


def _three(counts: IntArray) -> tuple[int, int, int]:
    train, validation, test = counts.tolist()
    return train, validation, test


def _num_connected(graph: KnowledgeGraph) -> int:
    """Number of nodes with an edge in any direction."""
    connected = graph.in_degree() > 0
    connected[graph.edge_source] = True
    return int(connected.sum())
