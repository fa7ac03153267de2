"""Edges in any order become the arrays of a `KnowledgeGraph`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from hgt_studio.graph.edge_sort import sort_edges
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray, KnowledgeGraph, ReadReport
from hgt_studio.graph.pairing import pair_triplets
from hgt_studio.typing import Triplet


def assemble_graph(
    type_names: Sequence[str],
    node_type: IntArray,
    nodes: pa.Table,
    triplets: Sequence[Triplet],
    edges: EdgeList,
    report: ReadReport | None = None,
) -> KnowledgeGraph:
    """Number the nodes by type, drop duplicate edges, sort the rest, and pair triplets with their reverses.

    Within a type nodes are ordered by `index` where it is given, else as they come. Types and triplets are sorted.

    type_names: distinct, any order.
    node_type: shape (num_nodes,), positions in `type_names`.
    nodes: columns `id`, `name`, `source`, `index`, a row for each node; indices may be null.
    triplets: distinct, any order; `edges` refer to their positions, and to nodes by their rows.
    """
    rank, names = _ranks(type_names)
    new_type = rank[node_type]
    order = _node_order(new_type, nodes)
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    triplet_rank, sorted_triplets = _ranks(triplets)
    edges = EdgeList(number[edges.source], triplet_rank[edges.triplet], number[edges.destination])
    arrays = sort_edges(edges, len(order), len(triplets))
    report = report or ReadReport(rows=len(edges))
    graph = KnowledgeGraph(
        node_types=names,
        type_ptr=np.concatenate(([0], np.bincount(new_type, minlength=len(names)).cumsum())).astype(np.int64),
        nodes=_numbered(nodes.take(order)),
        triplets=sorted_triplets,
        reverse=np.full(len(triplets), -1, np.int16),
        segment_ptr=arrays.segment_ptr,
        segment_triplet=arrays.segment_triplet,
        edge_ptr=arrays.edge_ptr,
        edge_source=arrays.edge_source,
        report=replace(report, duplicates=len(edges) - len(arrays.edge_source), self_loops=arrays.self_loops),
    )
    return pair_triplets(graph)


def _ranks(names: Sequence[str] | Sequence[Triplet]) -> tuple[IntArray, tuple[Any, ...]]:
    """int16: where each name comes in sorted order; and the names in that order."""
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), np.int16)
    rank[order] = np.arange(len(names))
    return rank, tuple(names[i] for i in order)


def _node_order(node_type: IntArray, nodes: pa.Table) -> IntArray:
    """The nodes' rows, sorted by type, then index, then row."""
    index = nodes["index"]
    if index.null_count:
        return np.argsort(node_type, kind="stable")
    return np.lexsort((index.to_numpy(), node_type))


def _numbered(nodes: pa.Table) -> pa.Table:
    """The same in one piece, with the row number where a node has no index."""
    if nodes["index"].null_count:
        nodes = nodes.set_column(3, "index", pa.array(np.arange(len(nodes)), pa.int64()))
    return nodes.combine_chunks()
