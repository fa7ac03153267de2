"""Layer-wise inference: the budget changes the pieces, never the numbers."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hgt_studio.config import ArchitectureConfig
from hgt_studio.errors import CancelledError
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.chunk_shape import ChunkShape, InferencePlan
from hgt_studio.model.chunks import destination_chunks
from hgt_studio.model.encoder import HGTEncoder
from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.model.inference import embed_all_nodes
from hgt_studio.typing import CancelToken, Progress
from tests.helpers.batches import small_graph
from tests.helpers.graphs import graph_from_edges, random_graph
from tests.helpers.lively import enliven

HIDDEN = 8
TINY, MEDIUM, UNLIMITED = 1, 300_000, 1 << 32


def hub_graph() -> KnowledgeGraph:
    """A gene with 3,000 in-edges of two relations, far more than a block; one more with a few; a type of one node."""
    generator = np.random.default_rng(0)
    into_hub = [(drug, relation, 3000) for drug, relation in enumerate(generator.integers(2, size=3000))]
    others = [(drug, 0, 3001) for drug in range(5)] + [(3000, 2, 3002)]
    triplets = [("drug", "hits", "gene"), ("drug", "avoids", "gene"), ("gene", "causes", "disease")]
    return graph_from_edges({"drug": 3000, "gene": 2, "disease": 1}, triplets, into_hub + others)


def embed(graph: KnowledgeGraph, budget_bytes: int, layers: int = 2, **options: object) -> Tensor:
    torch.manual_seed(0)
    config = ArchitectureConfig(hidden_dim=HIDDEN, num_heads=2, num_layers=layers, embedding_dim=6, decoder="rotate")
    encoder = HGTEncoder(config, len(graph.node_types), len(graph.triplets))
    enliven(encoder)
    features = torch.randn(graph.num_nodes, HIDDEN)
    return embed_all_nodes(encoder, features, graph, budget_bytes, **options)  # type: ignore[arg-type]


GRAPHS: Mapping[str, KnowledgeGraph] = {
    "hub": hub_graph(),
    "awkward": small_graph(),
    "no edges": graph_from_edges({"a": 5, "b": 1}, [("a", "r", "b")], np.empty((0, 3))),
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("budget_bytes", [TINY, MEDIUM])
def test_every_budget_gives_the_same(name: str, budget_bytes: int) -> None:
    graph = GRAPHS[name]
    expected = embed(graph, UNLIMITED)
    assert expected.shape == (graph.num_nodes, 6)
    torch.testing.assert_close(embed(graph, budget_bytes), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("budget_bytes", [TINY, MEDIUM, UNLIMITED])
def test_accelerators_work_in_blocks_and_get_the_same(name: str, budget_bytes: int) -> None:
    with tiles_on_every_device():
        in_blocks = embed(GRAPHS[name], budget_bytes)
    torch.testing.assert_close(in_blocks, embed(GRAPHS[name], UNLIMITED), rtol=1e-5, atol=1e-5)


def test_the_budgets_of_these_tests_differ_in_what_they_do() -> None:
    graph = hub_graph()
    sizes = HIDDEN, graph.num_nodes, len(graph.triplets)
    plans = [InferencePlan.within(budget, *sizes) for budget in (TINY, MEDIUM, UNLIMITED)]
    assert [plan.keep_on_device for plan in plans] == [False, True, True]
    assert plans[0].chunk.block_edges < 3000
    assert len({plan.chunk.block_edges for plan in plans}) == 3


@pytest.mark.parametrize("budget_bytes", [TINY, UNLIMITED])
def test_a_node_sees_its_neighbours_and_nothing_else(budget_bytes: int) -> None:
    """Changing the features of one drug changes it, and what it has an edge to, with one layer."""
    graph = hub_graph()
    config = ArchitectureConfig(hidden_dim=HIDDEN, num_heads=2, num_layers=1, embedding_dim=6, decoder="rotate")
    torch.manual_seed(0)
    encoder = HGTEncoder(config, len(graph.node_types), len(graph.triplets))
    enliven(encoder)
    features = torch.randn(graph.num_nodes, HIDDEN)
    changed = features.clone()
    changed[2999] = torch.randn(HIDDEN)  # the last source of the hub; no edge to the other gene
    with torch.no_grad():
        before, after = (embed_all_nodes(encoder, x, graph, budget_bytes) for x in (features, changed))
    differs = (before != after).any(dim=1)
    assert torch.nonzero(differs).squeeze(1).tolist() == [2999, 3000]


def test_progress_ends_at_all_nodes_of_all_layers() -> None:
    told: list[Progress] = []
    embed(hub_graph(), TINY, progress=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert (done[-1], {progress.total for progress in told}) == (2 * 3003, {2 * 3003})


def test_cancel_stops_it() -> None:
    token = CancelToken()
    told: list[Progress] = []

    def cancel_soon(progress: Progress) -> None:
        told.append(progress)
        token.cancel()

    with pytest.raises(CancelledError):
        embed(hub_graph(), TINY, cancel=token, progress=cancel_soon)
    assert len(told) == 1


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), budget_bytes=st.integers(0, 1 << 20))
def test_chunks_hold_every_edge_once_in_one_static_shape(seed: int, budget_bytes: int) -> None:
    graph = random_graph(seed, {"a": 40, "b": 9, "c": 15, "lone": 2}, facts_per_triplet=300)
    shape = ChunkShape.within(budget_bytes, 64, len(graph.triplets))
    found, next_node = [], 0
    for chunk in destination_chunks(graph, shape):
        assert chunk.first == next_node < chunk.end
        assert set(graph.node_type[chunk.first : chunk.end]) == {chunk.node_type}
        next_node = chunk.end
        assert chunk.segment_destination.shape == (shape.segments,)
        assert (
            chunk.source.shape
            == chunk.segment.shape
            == chunk.destination.shape
            == (len(chunk.source), shape.block_edges)
        )
        source, segment, row = (part.flatten() for part in (chunk.source, chunk.segment, chunk.destination))
        real = row < chunk.end - chunk.first
        assert torch.equal(chunk.segment_destination[segment[real]], row[real])
        triplet = chunk.tile_triplet[segment[real] // chunk.segment_tile]
        found.append(torch.stack([row[real] + chunk.first, triplet, source[real]], dim=1))
    assert next_node == graph.num_nodes
    edges = graph.edges()
    stored = np.stack([edges.destination, edges.triplet, edges.source], axis=1)
    assert np.array_equal(np.unique(torch.cat(found).numpy(), axis=0), stored)
    assert len(torch.cat(found)) == graph.num_edges
