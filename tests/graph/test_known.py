"""The index of known edges against plain Python sets."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hgt_studio.graph.knowledge_graph import EdgeList
from hgt_studio.graph.known import KnownEdges
from tests.helpers.graphs import random_graph

NUM_NODES, NUM_TRIPLETS = 7, 4
rows = st.sets(
    st.tuples(st.integers(0, NUM_NODES - 1), st.integers(0, NUM_TRIPLETS - 1), st.integers(0, NUM_NODES - 1))
)


@settings(deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_answers_are_those_of_the_edges(edges: set[tuple[int, int, int]], random) -> None:
    shuffled = sorted(edges)
    random.shuffle(shuffled)
    s, t, d = np.array(shuffled, dtype=np.int32).reshape(-1, 3).T
    known = KnownEdges.build(EdgeList(s, t.astype(np.int16), d), NUM_NODES)
    for node in range(NUM_NODES):
        for triplet in range(NUM_TRIPLETS):
            destinations = sorted(d for s, t, d in edges if (s, t) == (node, triplet))
            sources = sorted(s for s, t, d in edges if (d, t) == (node, triplet))
            assert known.destinations(node, triplet).tolist() == destinations
            assert known.sources(node, triplet).tolist() == sources


def test_arrays_are_sorted_and_of_the_promised_types() -> None:
    graph = random_graph(3)
    edges = graph.edges()
    known = KnownEdges.build(edges, graph.num_nodes)
    expected = sorted(zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True))
    source = np.repeat(np.arange(graph.num_nodes), np.diff(known.source_ptr))
    assert list(zip(source, known.source_triplet, known.source_destination, strict=True)) == expected
    # The graph itself is sorted by destination.
    np.testing.assert_array_equal(known.destination_triplet, edges.triplet)
    np.testing.assert_array_equal(known.destination_source, edges.source)
    types = [known.source_ptr.dtype, known.source_triplet.dtype, known.source_destination.dtype]
    assert types == [np.int32, np.int16, np.int32]
