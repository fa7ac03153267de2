"""Finds out which triplet holds the reverse of each edge, from names and from the edges themselves."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.typing import Triplet

REVERSE_PREFIX = "rev_"


def named_reverse(triplet: Triplet) -> Triplet:
    """The triplet whose name says that it is the reverse: (B, rev_r, A) of (A, r, B)."""
    return Triplet(triplet.destination_type, REVERSE_PREFIX + triplet.relation, triplet.source_type)


def pair_triplets(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The same graph with `reverse`, and `report.one_way_edges` (edges without their mirror edge), filled in.

    (A, r, B) is paired with (B, rev_r, A) by name. Else it is paired with (B, r, A), which is itself where A = B, if
    at least half of the edges of the larger of the two are mirrored by an edge of the other; self-loops do not count.
    """
    named, same = _partners(graph.triplets)
    candidate = np.where(named >= 0, named, same)
    mirrored, loops = _count_mirrored(
        graph.segment_ptr, graph.segment_triplet, graph.edge_ptr, graph.edge_source, candidate
    )
    sizes = np.fromiter(graph.counts_by_triplet().values(), np.int64, len(candidate))
    larger = np.maximum(sizes, sizes[candidate]) - loops
    accepted = (candidate >= 0) & ((named >= 0) | (2 * mirrored >= larger))
    one_way_edges = int(sizes.sum() - (mirrored + loops)[accepted].sum())
    return replace(
        graph,
        reverse=np.where(accepted, candidate, -1).astype(np.int16),
        report=replace(graph.report, one_way_edges=one_way_edges),
    )


def _partners(triplets: Sequence[Triplet]) -> tuple[IntArray, IntArray]:
    """Two arrays, int16, shape (num_triplets,), -1 where there is none.

    named: the triplet whose name says that it is the reverse, or that this one is its reverse.
    same: the triplet of the same relation the other way round, if neither of the two is `named`.
    """
    number = {triplet: i for i, triplet in enumerate(triplets)}
    named, same = np.full((2, len(triplets)), -1, np.int16)
    for triplet in sorted(
        triplets, key=lambda triplet: len(triplet.relation)
    ):  # r and rev_r before rev_r and rev_rev_r
        i, j = number[triplet], number.get(named_reverse(triplet), -1)
        if j >= 0 and named[i] < 0:
            named[i], named[j] = j, i
    for triplet, i in number.items():
        j = number.get(Triplet(triplet.destination_type, triplet.relation, triplet.source_type), -1)
        if j >= 0 and named[i] < 0 and named[j] < 0:
            same[i] = j
    return named, same


@kernel
def _count_mirrored(
    segment_ptr: IntArray, segment_triplet: IntArray, edge_ptr: IntArray, edge_source: IntArray, partner: IntArray
) -> tuple[IntArray, IntArray]:
    """Edges with a mirror edge in the partner triplet, and self-loops of triplets that are their own partner.

    Returns two arrays, int64, shape (num_triplets,); self-loops are not counted as mirrored in the second case.
    Destinations ascend, so the places where a segment is searched for them ascend too: a cursor for each finds all.
    """
    mirrored = np.zeros(len(partner), np.int64)
    loops = np.zeros(len(partner), np.int64)
    cursor = edge_ptr[:-1].copy()
    for node in range(len(segment_ptr) - 1):
        for segment in range(segment_ptr[node], segment_ptr[node + 1]):
            triplet = segment_triplet[segment]
            back_triplet = partner[triplet]
            if triplet > back_triplet:  # no partner, or counted from the partner's side
                continue
            for e in range(edge_ptr[segment], edge_ptr[segment + 1]):
                source = edge_source[e]
                if triplet == back_triplet and source >= node:
                    loops[triplet] += source == node
                    break
                back = _find_segment(segment_ptr, segment_triplet, source, back_triplet)
                if back < 0:
                    continue
                at = cursor[back]
                while at < edge_ptr[back + 1] and edge_source[at] < node:
                    at += 1
                cursor[back] = at
                if at < edge_ptr[back + 1] and edge_source[at] == node:
                    mirrored[triplet] += 1
                    mirrored[back_triplet] += 1
    return mirrored, loops


@kernel
def _find_segment(segment_ptr: IntArray, segment_triplet: IntArray, node: int, triplet: int) -> int:
    """The segment of a node and a triplet, or -1."""
    low, high = segment_ptr[node], segment_ptr[node + 1]
    while low < high:
        middle = (low + high) // 2
        if segment_triplet[middle] < triplet:
            low = middle + 1
        else:
            high = middle
    return low if low < segment_ptr[node + 1] and segment_triplet[low] == triplet else -1
