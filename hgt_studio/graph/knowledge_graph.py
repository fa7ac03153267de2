"""The graph that every other room reads: immutable arrays, edges sorted by destination.

Nodes are numbered globally and contiguously per type: the nodes of type `t` are
`type_ptr[t] .. type_ptr[t + 1] - 1`. The in-edges of a node lie together, grouped by triplet. Each such group, a
(destination node, triplet) pair, is a *segment*: the unit on which HGT's relation weights act.

    node n     -> segments  segment_ptr[n] .. segment_ptr[n + 1] - 1,  ascending by triplet
    segment s  -> triplet   segment_triplet[s]
               -> edges     edge_ptr[s] .. edge_ptr[s + 1] - 1,  ascending by source
    edge e     -> source node edge_source[e]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hgt_studio.errors import InputError, suggest
from hgt_studio.typing import Triplet

IntArray = npt.NDArray[np.signedinteger]
NODE_SCHEMA = pa.schema({"id": pa.string(), "name": pa.string(), "source": pa.string(), "index": pa.int64()})


@dataclass(frozen=True)
class EdgeList:
    """Edges as three parallel arrays.

    source: int32, shape (num_edges,), global node numbers.
    triplet: int16, shape (num_edges,), positions in `KnowledgeGraph.triplets`.
    destination: int32, shape (num_edges,), global node numbers.
    """

    source: IntArray
    triplet: IntArray
    destination: IntArray

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, rows: "npt.NDArray[np.bool_] | IntArray | slice") -> "EdgeList":
        return EdgeList(self.source[rows], self.triplet[rows], self.destination[rows])


@dataclass(frozen=True)
class ReadReport:
    """What reading the file found, for the summary shown to the user.

    one_way_edges: edges that have no reverse edge; None: not counted.
    """

    rows: int = 0
    duplicates: int = 0
    self_loops: int = 0
    one_way_edges: int | None = None
    added_reverse_edges: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class KnowledgeGraph:
    """A typed multigraph, immutable; see the module's docstring for the layout of the arrays.

    node_types: names, in the order of the numbering.
    type_ptr: int64, shape (num_types + 1,).
    nodes: Arrow table with a row for each node in the order of the numbering, of `NODE_SCHEMA`; `index` is the file's
        own node number, else counts in order of appearance.
    triplets: the kinds of edge, sorted.
    reverse: int16, shape (num_triplets,): position of the reverse triplet; itself where edges are stored both ways
        under one triplet; -1 where edges have no reverse.
    segment_ptr: int32, shape (num_nodes + 1,).
    segment_triplet: int16, shape (num_segments,).
    edge_ptr: int32 (int64 from 2^31 edges), shape (num_segments + 1,).
    edge_source: int32, shape (num_edges,).
    """

    node_types: tuple[str, ...]
    type_ptr: IntArray
    nodes: pa.Table
    triplets: tuple[Triplet, ...]
    reverse: IntArray
    segment_ptr: IntArray
    segment_triplet: IntArray
    edge_ptr: IntArray
    edge_source: IntArray
    report: ReadReport = field(default_factory=ReadReport)

    def __post_init__(self) -> None:
        for array in (
            self.type_ptr, self.reverse, self.segment_ptr, self.segment_triplet, self.edge_ptr, self.edge_source
        ):  # fmt: skip
            array.setflags(write=False)

    @property
    def num_nodes(self) -> int:
        return int(self.type_ptr[-1])

    @property
    def num_edges(self) -> int:
        return len(self.edge_source)

    @property
    def num_segments(self) -> int:
        return len(self.segment_triplet)

    @property
    def relations(self) -> tuple[str, ...]:
        """The distinct relation names, sorted."""
        return tuple(sorted({triplet.relation for triplet in self.triplets}))

    @cached_property
    def node_type(self) -> IntArray:
        """int16, shape (num_nodes,): the type of each node."""
        return np.repeat(np.arange(len(self.node_types), dtype=np.int16), np.diff(self.type_ptr))

    @cached_property
    def triplet_types(self) -> IntArray:
        """int16, shape (num_triplets, 2): source and destination type of each triplet."""
        number = {name: i for i, name in enumerate(self.node_types)}
        pairs = [(number[t.source_type], number[t.destination_type]) for t in self.triplets]
        return np.array(pairs, dtype=np.int16).reshape(-1, 2)

    def type_number(self, name: str) -> int:
        """Position of a node type.

        Raises:
            InputError: there is no such type (the nearest is suggested).
        """
        if name not in self.node_types:
            raise InputError(f"the graph has no node type '{name}'; {suggest(name, self.node_types)}")
        return self.node_types.index(name)

    def nodes_of(self, type_name: str) -> range:
        """The global numbers of all nodes of a type."""
        number = self.type_number(type_name)
        return range(int(self.type_ptr[number]), int(self.type_ptr[number + 1]))

    def in_degree(self) -> IntArray:
        """int64, shape (num_nodes,): number of in-edges of each node."""
        first_edge = self.edge_ptr[self.segment_ptr].astype(np.int64)
        return first_edge[1:] - first_edge[:-1]

    def edges(self) -> EdgeList:
        """All edges in stored order (by destination, triplet, source)."""
        segment_node = np.repeat(np.arange(self.num_nodes, dtype=np.int32), np.diff(self.segment_ptr))
        sizes = np.diff(self.edge_ptr)
        return EdgeList(self.edge_source, np.repeat(self.segment_triplet, sizes), np.repeat(segment_node, sizes))

    def counts_by_type(self) -> Mapping[str, int]:
        """Number of nodes of each type."""
        return dict(zip(self.node_types, np.diff(self.type_ptr).tolist(), strict=True))

    def counts_by_triplet(self) -> Mapping[Triplet, int]:
        """Number of edges of each triplet."""
        sizes = np.diff(self.edge_ptr).astype(np.int64)
        totals = np.bincount(self.segment_triplet, weights=sizes, minlength=len(self.triplets)).astype(np.int64)
        return dict(zip(self.triplets, totals.tolist(), strict=True))
