"""Small graphs built with plain numpy sorting, independent of the package's own assembly."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.typing import Triplet


def graph_from_edges(
    num_nodes: Mapping[str, int],
    triplets: Sequence[tuple[str, str, str]],
    edges: npt.ArrayLike,
    reverse: Sequence[int] | None = None,
) -> KnowledgeGraph:
    """A graph from rows (source, triplet, destination) in any order; global node numbers; duplicates are dropped.

    num_nodes: nodes of each type, in the order of the numbering. reverse: as in `KnowledgeGraph`; not given: none.
    """
    rows = np.unique(np.asarray(edges, dtype=np.int64).reshape(-1, 3)[:, [2, 1, 0]], axis=0)
    destination, triplet, source = rows.T
    starts = np.ones(len(rows), dtype=bool)
    starts[1:] = (rows[1:, :2] != rows[:-1, :2]).any(axis=1)
    first_edge = np.flatnonzero(starts)
    total = sum(num_nodes.values())
    type_ptr = np.cumsum([0, *num_nodes.values()])
    local = np.arange(total) - np.repeat(type_ptr[:-1], np.diff(type_ptr))
    nodes = pa.table(
        {
            "id": [f"id{i}" for i in local],
            "name": [f"node {i}" for i in range(total)],
            "source": ["made"] * total,
            "index": np.arange(total),
        }
    )
    return KnowledgeGraph(
        node_types=tuple(num_nodes),
        type_ptr=type_ptr,
        nodes=nodes,
        triplets=tuple(Triplet(*triplet) for triplet in triplets),
        reverse=np.array(reverse if reverse is not None else [-1] * len(triplets), dtype=np.int16),
        segment_ptr=np.searchsorted(destination[first_edge], np.arange(total + 1)).astype(np.int32),
        segment_triplet=triplet[first_edge].astype(np.int16),
        edge_ptr=np.append(first_edge, len(rows)).astype(np.int32),
        edge_source=source.astype(np.int32),
    )


def random_graph(seed: int, num_nodes: Mapping[str, int] | None = None, facts_per_triplet: int = 60) -> KnowledgeGraph:
    """A random graph with all awkward cases; the reverse edges of each fact are there.

    Triplets with a reverse (of the same and of another name), one that is its own reverse, one between nodes of one
    type and one between two types without a reverse, two relations between the same types, one without any edge;
    about a tenth of the nodes are isolated; the last node type has no edges.
    """
    generator = np.random.default_rng(seed)
    num_nodes = num_nodes or {"drug": 12, "disease": 9, "gene": 15, "lone": 2}
    names = list(num_nodes)
    first = dict(zip(names, np.cumsum([0, *num_nodes.values()])[:-1], strict=True))
    a, b, c = names[:3]
    triplets = [
        (a, "interacts", a), (a, "inhibits", a), (a, "treats", b), (a, "worsens", b), (a, "unused", c),
        (b, "associated", c), (b, "rev_treats", a), (b, "worsens", a), (b, "marks", c), (c, "associated", b),
    ]  # fmt: skip
    reverse = [0, -1, 6, 7, -1, 9, 2, 3, -1, 5]
    isolated = generator.random(sum(num_nodes.values())) < 0.1
    rows = []
    for number, (source_type, relation, destination_type) in enumerate(triplets):
        if relation == "unused" or -1 < reverse[number] < number:
            continue
        source = first[source_type] + generator.integers(num_nodes[source_type], size=facts_per_triplet)
        destination = first[destination_type] + generator.integers(num_nodes[destination_type], size=facts_per_triplet)
        kept = ~isolated[source] & ~isolated[destination]
        source, destination = source[kept], destination[kept]
        rows.append(np.stack([source, np.full(len(source), number), destination], axis=1))
        if reverse[number] >= 0:
            rows.append(np.stack([destination, np.full(len(source), reverse[number]), source], axis=1))
    return graph_from_edges(num_nodes, triplets, np.concatenate(rows), reverse)
