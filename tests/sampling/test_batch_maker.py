from dataclasses import fields

import numpy as np
import pytest
import torch

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.graph.split import facts
from hgt_studio.sampling.batch import Batch, DeviceBatch
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.plan import plan_shape
from hgt_studio.sampling.shape import BatchShape, SeedShares
from hgt_studio.sampling.subgraph import Subgraph
from hgt_studio.sampling.supervision import Supervision
from tests.helpers.graphs import random_graph
from tests.helpers.subgraphs import graph_edges

SHARES = SeedShares(8, 5, 3, between=20)
PAIRS = np.array([[12, 13], [12, 20], [14, 18], [15, 16], [17, 19]], dtype=np.int32)


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return random_graph(5)


@pytest.fixture(scope="module")
def maker(graph: KnowledgeGraph) -> BatchMaker:
    supervision = Supervision(graph, facts(graph), PAIRS, SHARES, seed=3, hide=True)
    known = KnownEdges.build(graph.edges(), graph.num_nodes)
    return BatchMaker(graph, NeighbourSampler(graph, (9, 5), "balanced"), supervision, known, seed=3)


@pytest.fixture(scope="module")
def shape(graph: KnowledgeGraph, maker: BatchMaker) -> BatchShape:
    return plan_shape([maker.measure(index, 4, 8) for index in range(8)], graph, SHARES, 4, 8)


def test_batch_asks_its_questions(graph: KnowledgeGraph, maker: BatchMaker, shape: BatchShape) -> None:
    known = set(graph_edges(graph))
    for index in range(30):
        questions, _ = maker.sample(index)
        batch = maker.make(index, shape).to(torch.device("cpu"))
        positives, node_ids, seed_ids = questions.positives, batch.node_ids, batch.node_ids[: shape.nodes[0]]
        count = len(positives)
        assert SHARES.positives < count <= shape.positives
        assert node_ids[batch.positive_source[:count]].tolist() == positives.source.tolist()
        assert node_ids[batch.positive_destination[:count]].tolist() == positives.destination.tolist()
        assert batch.positive_triplet[:count].tolist() == positives.triplet.tolist()
        assert batch.positive_weight[:count].tolist() == questions.weights.tolist()
        assert not batch.positive_weight[count:].any()
        assert node_pairs(batch, batch.pair_first, batch.pair_second) == questions.pairs.tolist()
        for i, t in enumerate(positives.triplet.tolist()):
            source, destination = int(positives.source[i]), int(positives.destination[i])
            rivals = [questions.seeds[graph.node_type[questions.seeds] == n].tolist() for n in graph.triplet_types[t]]
            assert sorted(seed_ids[batch.source_candidates[i]].tolist()) == [
                node for node in rivals[0] if node == source or (node, t, destination) not in known
            ]
            assert sorted(seed_ids[batch.destination_candidates[i]].tolist()) == [
                node for node in rivals[1] if node == destination or (source, t, node) not in known
            ]


def test_no_message_passes_between_the_ends_of_a_supervision_edge(maker: BatchMaker, shape: BatchShape) -> None:
    num_asked = 0
    for index in range(30):
        host_batch = maker.make(index, shape)
        batch = host_batch.to(torch.device("cpu"))
        asked = set(map(frozenset, node_pairs(batch, batch.positive_source, batch.positive_destination)))
        num_asked += len(asked)
        for start, count in zip((0, *shape.edges), host_batch.usage.edges.tolist(), strict=False):
            used = slice(start, start + count)
            messages = node_pairs(batch, batch.edge_source[used], batch.edge_destination[used])
            assert not asked & set(map(frozenset, messages))
    assert num_asked > 100


@pytest.mark.parametrize("share", [0.25, 0.9])
def test_edge_dropout_leaves_out_its_share(graph: KnowledgeGraph, maker: BatchMaker, share: float) -> None:
    supervision = Supervision(graph, facts(graph), PAIRS, SHARES, seed=3, hide=True)
    dropping = BatchMaker(graph, NeighbourSampler(graph, (9, 5), "balanced"), supervision, None, 3, share)
    sampled = kept = 0
    for index in range(40):
        (asked, whole), (asked_too, part) = maker.sample(index), dropping.sample(index)
        assert asked_too.seeds.tolist() == asked.seeds.tolist()
        assert part.nodes.tolist() == whole.nodes.tolist()
        edges, edges_left = edges_of(whole), edges_of(part)
        assert edges_left == [edge for edge in edges if edge in set(edges_left)], "in their order"
        sampled, kept = sampled + len(edges), kept + len(edges_left)
    assert kept / sampled == pytest.approx(1 - share, rel=0.05)


def edges_of(subgraph: Subgraph) -> list[tuple[int, int, int]]:
    return list(zip(subgraph.source.tolist(), subgraph.triplet.tolist(), subgraph.destination.tolist(), strict=True))


def node_pairs(batch: DeviceBatch, first_rows: torch.Tensor, second_rows: torch.Tensor) -> list[list[int]]:
    return torch.stack([batch.node_ids[first_rows], batch.node_ids[second_rows]], 1).tolist()


def test_device_batch_has_the_fields_of_its_shape(maker: BatchMaker, shape: BatchShape) -> None:
    batch = maker.make(0, shape)
    device_batch = batch.to(torch.device("cpu"))
    assert [field.name for field in fields(DeviceBatch)] == ["shape", "runs", *shape.index_fields, *shape.mask_fields]
    for name, length in shape.index_fields.items():
        assert getattr(device_batch, name).shape == (length,)
        assert getattr(device_batch, name).dtype == torch.int64
    for name, size in shape.mask_fields.items():
        assert getattr(device_batch, name).shape == size
        assert getattr(device_batch, name).dtype == torch.bool
    assert batch.num_bytes == 4 * shape.num_indices + shape.num_mask_values


def test_number_alone_decides(maker: BatchMaker, shape: BatchShape) -> None:
    other = maker.copy()
    batches = [maker.make(index, shape) for index in range(12)]
    again = {index: other.make(index, shape) for index in reversed(range(12))}
    assert all(same_batch(batch, again[batch.index]) for batch in batches)
    assert not torch.equal(batches[0].indices, batches[1].indices)


def same_batch(one: Batch, other: Batch) -> bool:
    return torch.equal(one.indices, other.indices) and torch.equal(one.masks, other.masks) and one.runs == other.runs
