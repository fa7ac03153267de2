"""Filtered ranks against a plain Python count over sets, and the properties that make ranks honest."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hgt_studio.errors import CancelledError
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.model.decoder import Decoder
from hgt_studio.model.decoders.distmult import DistMultDecoder
from hgt_studio.model.decoders.dot import DotDecoder
from hgt_studio.training import ranking as ranking_module
from hgt_studio.training.evaluation_set import EvaluationSet, draw_evaluation_set
from hgt_studio.training.ranking import BYTES_PER_SCORE, MAX_BLOCK_QUERIES, Ranking, rank_edges
from hgt_studio.typing import CancelToken
from tests.helpers.graphs import graph_from_edges, random_graph

LARGE_BUDGET = 1 << 28


def ask_everything(graph: KnowledgeGraph, every: int = 1) -> EvaluationSet:
    edges = graph.edges()
    known = KnownEdges.build(edges, graph.num_nodes)
    return draw_evaluation_set(edges[::every], known, graph, max_edges_per_relation=0, seed=0)


def rank(graph: KnowledgeGraph, embeddings: Tensor, budget: int = LARGE_BUDGET) -> Ranking:
    return rank_edges(embeddings, DotDecoder(), ask_everything(graph), memory_budget_bytes=budget)


def random_distmult(graph: KnowledgeGraph, dim: int, generator: np.random.Generator) -> DistMultDecoder:
    """Small whole numbers, so that scores are exact and many are equal."""
    decoder = DistMultDecoder(len(graph.triplets), dim)
    weight = generator.integers(-1, 2, size=tuple(decoder.weight.shape))
    decoder.weight.data = torch.from_numpy(weight.astype(np.float32))
    return decoder


def plain_python_ranks(graph: KnowledgeGraph, asked: EvaluationSet, vectors: Any, weight: Any) -> list[list[float]]:
    """From the definition: 1 + better + tied / 2 among the candidates that are not other known answers."""
    edges = graph.edges()
    known = set(zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True))
    result = []
    for i in range(len(asked.edges)):
        u, r, v = (int(a[i]) for a in (asked.edges.source, asked.edges.triplet, asked.edges.destination))
        kind = graph.triplets[r]
        ranks = []
        for type_name, answer, edge_to in (
            (kind.destination_type, v, lambda c, u=u, r=r: (u, r, c)),
            (kind.source_type, u, lambda c, r=r, v=v: (c, r, v)),
        ):

            def score(candidate: int, edge_to: Any = edge_to) -> float:
                source, triplet, destination = edge_to(candidate)
                return float((vectors[source] * weight[triplet] * vectors[destination]).sum())

            others = [score(c) for c in graph.nodes_of(type_name) if c != answer and edge_to(c) not in known]
            truth = score(answer)
            ranks.append(1 + sum(s > truth for s in others) + sum(s == truth for s in others) / 2)
        result.append(ranks)
    return result


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    dim=st.integers(1, 4),
    every=st.integers(1, 5),
    budget=st.sampled_from([1, 1000, 3000, LARGE_BUDGET]),
)
def test_ranks_equal_the_definition(seed: int, dim: int, every: int, budget: int) -> None:
    graph = random_graph(seed)
    generator = np.random.default_rng(seed)
    vectors = generator.integers(-2, 3, size=(graph.num_nodes, dim)).astype(np.float32)
    decoder = random_distmult(graph, dim, generator)
    asked = ask_everything(graph, every)
    found = rank_edges(torch.from_numpy(vectors), decoder, asked, memory_budget_bytes=budget)
    weight = decoder.weight.detach().numpy()
    np.testing.assert_array_equal(found.rank, plain_python_ranks(graph, asked, vectors, weight))

    u, r, v = asked.edges.source, asked.edges.triplet, asked.edges.destination
    truth = (vectors[u] * weight[r] * vectors[v]).sum(1)
    np.testing.assert_array_equal(found.positive_score, np.stack([truth, truth], 1))
    fake_v, fake_u = asked.destinations.negative, asked.sources.negative
    fake = np.stack(
        [(vectors[u] * weight[r] * vectors[fake_v]).sum(1), (vectors[fake_u] * weight[r] * vectors[v]).sum(1)]
    )
    missing = np.stack([fake_v, fake_u]) < 0
    np.testing.assert_array_equal(found.negative_score, np.where(missing, np.nan, fake).T)


def test_more_known_answers_than_one_chunk_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = random_graph(5)
    embeddings = torch.from_numpy(np.random.default_rng(0).integers(-2, 3, (graph.num_nodes, 3)).astype(np.float32))
    whole = rank(graph, embeddings)
    monkeypatch.setattr(ranking_module, "FILTER_CHUNK", 7)
    np.testing.assert_array_equal(rank(graph, embeddings).rank, whole.rank)


def test_perfect_embeddings_rank_every_answer_first() -> None:
    num = 40
    graph = graph_from_edges({"a": num, "b": num}, [("a", "r", "b")], [(i, 0, num + i) for i in range(num)])
    found = rank(graph, torch.eye(num).repeat(2, 1))
    assert (found.rank == 1).all()
    assert (found.positive_score > found.negative_score).all()


@pytest.mark.parametrize("num_candidates", [7, 33, 1001])
@pytest.mark.parametrize("dim", [3, 16, 50, 128])
def test_equal_vectors_share_the_mean_rank(num_candidates: int, dim: int) -> None:
    """Also where the columns of a matrix product differ by round-off, as they do at these sizes on a CPU."""
    edges = [(0, 0, 2), (0, 0, 5), (1, 0, num_candidates + 1)]
    graph = graph_from_edges({"a": 2, "b": num_candidates}, [("a", "r", "b")], edges)
    constant = torch.randn(1, dim, generator=torch.Generator().manual_seed(0)).repeat(graph.num_nodes, 1)
    for budget in (1, LARGE_BUDGET):
        found = rank(graph, constant, budget)
        others = {0: num_candidates - 2, 1: num_candidates - 1}  # node 0 has two known answers
        expected = [1 + others[int(u)] / 2 for u in graph.edges().source]
        assert found.rank[:, 0].tolist() == expected


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000))
def test_another_known_answer_changes_no_rank(seed: int) -> None:
    """A node that outscores everything is added, and is known to be right: nobody loses a place."""
    generator = np.random.default_rng(seed)
    edges = np.stack([generator.integers(8, size=20), np.zeros(20, int), 8 + generator.integers(12, size=20)], 1)
    vectors = torch.from_numpy(generator.random((21, 4), dtype=np.float32))
    before_graph = graph_from_edges({"a": 8, "b": 12}, [("a", "r", "b")], edges)
    before = rank(before_graph, vectors[:20])
    vectors[20] = 100.0
    everyone_likes_it = [(u, 0, 20) for u in range(8)]
    after_graph = graph_from_edges({"a": 8, "b": 13}, [("a", "r", "b")], np.concatenate([edges, everyone_likes_it]))
    after = rank(after_graph, vectors)
    old = after_graph.edges().destination < 20
    np.testing.assert_array_equal(after.rank[old, 0], before.rank[:, 0])


def test_a_candidate_that_is_not_a_number_never_helps() -> None:
    graph = graph_from_edges({"a": 1, "b": 5}, [("a", "r", "b")], [(0, 0, 1)])
    vectors = torch.tensor([[1.0], [3.0], [2.0], [float("nan")], [1.0], [0.0]])
    assert rank(graph, vectors).rank[0, 0] == 2
    vectors[1] = float("nan")
    assert rank(graph, vectors).rank[0, 0] >= 5


class ShapeRecorder(DotDecoder):
    """Remembers the shapes of the score blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[tuple[int, ...]] = []

    def score(self, query: Tensor, candidates: Tensor) -> Tensor:
        score = super().score(query, candidates)
        self.shapes.append(tuple(score.shape))
        return score


@pytest.mark.parametrize("budget", [2000, 20_000, LARGE_BUDGET])
def test_blocks_keep_to_the_budget_and_to_one_shape_for_each_type(budget: int) -> None:
    graph = random_graph(2, {"drug": 120, "disease": 90, "gene": 150, "lone": 2}, facts_per_triplet=120)
    decoder: Decoder = (recorder := ShapeRecorder())
    for every in (1, 3, 7):
        rank_edges(torch.ones(graph.num_nodes, 2), decoder, ask_everything(graph, every), memory_budget_bytes=budget)
    assert len(set(recorder.shapes)) == 3, "one shape for each type that is asked for, however many are asked"
    for num_queries, num_candidates in set(recorder.shapes):
        block_bytes = num_queries * num_candidates * BYTES_PER_SCORE
        assert block_bytes <= budget
        assert num_queries == MAX_BLOCK_QUERIES or block_bytes + num_candidates * BYTES_PER_SCORE > budget


class OperationNames(TorchDispatchMode):
    """The names of all ATen operations."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


def test_nothing_waits_for_the_device_or_takes_a_shape_from_values() -> None:
    graph = random_graph(0)
    asked = ask_everything(graph)
    with OperationNames() as operations:
        rank_edges(torch.ones(graph.num_nodes, 4), DotDecoder(), asked, memory_budget_bytes=LARGE_BUDGET)
    assert {"gather", "index_select", "scatter_"} <= operations.names
    assert not operations.names & {
        "_local_scalar_dense",
        "item",
        "nonzero",
        "index",
        "masked_select",
        "_unique2",
        "sort",
    }


def test_cancel_stops_between_blocks() -> None:
    graph = random_graph(0)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        rank_edges(
            torch.ones(graph.num_nodes, 2), DotDecoder(), ask_everything(graph), memory_budget_bytes=1, cancel=cancel
        )
