import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.graph import EdgeList, KnowledgeGraph, assemble_graph
from hgt_studio.typing import Triplet

TRIPLETS = [Triplet("b", "r", "a"), Triplet("a", "s", "a"), Triplet("a", "r", "b"), Triplet("a", "none", "b")]
EDGES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 6)), max_size=80)


def assemble(rows: list[tuple[int, int, int]], index: list[int | None]) -> tuple[KnowledgeGraph, list[str]]:
    """A graph of seven nodes, types b, c, a, b, ... (c has no edges); and the type of each."""
    types = ["b", "c", "a"]
    node_type = np.arange(7) % 3
    nodes = pa.table(
        {"id": [f"n{i}" for i in range(7)], "name": [""] * 7, "source": [""] * 7, "index": pa.array(index, pa.int64())}
    )
    source, triplet, destination = np.array(rows, np.int64).reshape(-1, 3).T
    edges = EdgeList(source, triplet, destination)
    return assemble_graph(types, node_type, nodes, TRIPLETS, edges), [types[t] for t in node_type]


@given(EDGES, st.one_of(st.just([None] * 7), st.permutations(range(7))))
def test_arrays_equal_a_recomputation_in_plain_python(
    rows: list[tuple[int, int, int]], index: list[int | None]
) -> None:
    graph, types = assemble(rows, index)
    order = sorted(range(7), key=lambda i: (types[i], i if index[i] is None else index[i]))
    number = {node: position for position, node in enumerate(order)}
    assert graph.nodes["id"].to_pylist() == [f"n{i}" for i in order]
    assert graph.node_types == ("a", "b", "c")
    assert graph.type_ptr.tolist() == [0, 2, 5, 7]
    assert graph.triplets == tuple(sorted(TRIPLETS))

    wanted = sorted({(number[d], graph.triplets.index(TRIPLETS[t]), number[s]) for s, t, d in rows})
    found = []
    for node in range(7):
        segments = range(graph.segment_ptr[node], graph.segment_ptr[node + 1])
        for segment in segments:
            sources = graph.edge_source[graph.edge_ptr[segment] : graph.edge_ptr[segment + 1]]
            assert len(sources)
            found += [(node, int(graph.segment_triplet[segment]), int(source)) for source in sources]
        assert len({graph.segment_triplet[segment] for segment in segments}) == len(segments)
    assert found == wanted
    assert graph.report.duplicates == len(rows) - len(wanted)
    assert graph.report.self_loops == sum(source == destination for destination, _, source in wanted)
    assert [array.dtype for array in (graph.segment_ptr, graph.edge_ptr, graph.edge_source)] == [np.int32] * 3


def test_order_of_the_edges_does_not_matter() -> None:
    rows = np.random.default_rng(0).integers(0, [7, 3, 7], (200, 3))
    first, _ = assemble([tuple(row) for row in rows], [None] * 7)
    second, _ = assemble([tuple(row) for row in rows[::-1]], [None] * 7)
    assert all(
        np.array_equal(a, b) for a, b in zip(vars(first.edges()).values(), vars(second.edges()).values(), strict=True)
    )
