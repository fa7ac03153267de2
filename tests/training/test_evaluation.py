"""A whole evaluation: its JSON, its averages, and that it tells good embeddings from bad ones."""

import json
import math
from typing import Any, NamedTuple, get_args

import numpy as np
import pytest
import torch

from hgt_studio.config.architecture import DecoderName
from hgt_studio.errors import TrainingError
from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.model.decoder import make_decoder
from hgt_studio.model.decoders.dot import DotDecoder
from hgt_studio.model.decoders.rotate import MARGIN
from hgt_studio.training.evaluation import Evaluation, Metrics, evaluate_embeddings
from hgt_studio.training.evaluation_set import draw_evaluation_set
from hgt_studio.training.ranking import rank_edges
from tests.helpers.graphs import graph_from_edges, random_graph

BUDGET = 1 << 24
METRICS = ["mrr", "hits@1", "hits@3", "hits@10", "mean_rank", "auroc", "average_precision"]


def evaluate(graph: KnowledgeGraph, embeddings: torch.Tensor, edges: EdgeList | None = None) -> Evaluation:
    known = KnownEdges.build(graph.edges(), graph.num_nodes)
    asked = draw_evaluation_set(edges or graph.edges(), known, graph, max_edges_per_relation=0, seed=0)
    return evaluate_embeddings(embeddings, DotDecoder(), asked, memory_budget_bytes=BUDGET)


def test_the_json_has_the_keys_that_others_rely_on() -> None:
    graph = random_graph(0)
    embeddings = torch.randn(graph.num_nodes, 8, generator=torch.Generator().manual_seed(0))
    result = json.loads(json.dumps(evaluate(graph, embeddings).to_dict("validation"), allow_nan=False))
    assert list(result) == ["validation", "per_relation", "health"]
    present = {triplet.relation for triplet, count in graph.counts_by_triplet().items() if count}
    assert set(result["per_relation"]) == present
    for metrics in (result["validation"], result["validation"]["macro"], *result["per_relation"].values()):
        assert set(METRICS) <= set(metrics)
    for name, (low, high) in result["validation"]["confidence_95"].items():
        assert low <= result["validation"][name] <= high
    assert {"mean_abs_cosine", "mean_cosine", "components_90", "effective_rank", "verdict"} <= set(result["health"])


def test_micro_weighs_edges_and_macro_weighs_relations() -> None:
    graph = random_graph(3)
    embeddings = torch.randn(graph.num_nodes, 8, generator=torch.Generator().manual_seed(0))
    found = evaluate(graph, embeddings)
    edges = graph.edges()
    relation = np.array([graph.triplets[number].relation for number in edges.triplet])
    known = KnownEdges.build(edges, graph.num_nodes)
    asked = draw_evaluation_set(edges, known, graph, max_edges_per_relation=0, seed=0)
    rank = rank_edges(embeddings, DotDecoder(), asked, memory_budget_bytes=BUDGET).rank
    by_relation = {name: np.concatenate(rank[relation == name]) for name in set(relation)}
    for name, of in {
        "mrr": lambda r: np.mean(1 / r),
        "hits@3": lambda r: np.mean(r <= 3),
        "mean_rank": np.mean,
    }.items():
        assert found.micro[name] == pytest.approx(of(rank.ravel()))
        assert found.macro[name] == pytest.approx(np.mean([of(r) for r in by_relation.values()]))
        for relation_name, metrics in found.per_relation.items():
            assert metrics[name] == pytest.approx(of(by_relation[relation_name]))
    assert found.micro["num_edges"] == graph.num_edges == sum(m["num_edges"] for m in found.per_relation.values())
    assert found.macro["auroc"] == pytest.approx(np.mean([m["auroc"] for m in found.per_relation.values()]))


@pytest.mark.parametrize("name", get_args(DecoderName))
def test_every_metric_agrees_with_an_independent_implementation(name: DecoderName) -> None:
    """In float64 and plain Python, from the definitions: no block, no mask, no sorted array in common.

    Dot products are of whole numbers, so that equal scores are equal in both.
    """
    graph = random_graph(4)
    generator = torch.Generator().manual_seed(1)
    vectors = torch.randn(graph.num_nodes, 8, generator=generator)
    vectors = vectors.round() if name == "dot" else vectors
    decoder = make_decoder(name, len(graph.triplets), 8)
    for parameter in decoder.parameters():
        torch.nn.init.normal_(parameter, generator=generator)
    edges = graph.edges()
    known = KnownEdges.build(edges, graph.num_nodes)
    asked = draw_evaluation_set(edges[::3], known, graph, max_edges_per_relation=0, seed=0)
    found = evaluate_embeddings(vectors, decoder, asked, memory_budget_bytes=BUDGET)
    facts = set(zip(edges.source.tolist(), edges.triplet.tolist(), edges.destination.tolist(), strict=True))
    rows: list[Row] = []
    for queries, is_source in ((asked.destinations, False), (asked.sources, True)):
        for i, triplet in enumerate(queries.triplet.tolist()):
            given, answer, negative = (int(array[i]) for array in (queries.node, queries.answer, queries.negative))

            def score(node: int, given: int = given, question: int = int(queries.question[i])) -> float:
                return score_by_definition(name, decoder, vectors.double()[given], question, vectors.double()[node])

            def is_known(node: int, given: int = given, triplet: int = triplet, turned: bool = is_source) -> bool:
                return ((node, triplet, given) if turned else (given, triplet, node)) in facts

            kind = graph.triplets[triplet]
            others = graph.nodes_of(kind.source_type if is_source else kind.destination_type)
            true = score(answer)
            rivals = [score(node) for node in others if node != answer and not is_known(node)]
            rank = 1 + sum(rival > true for rival in rivals) + sum(rival == true for rival in rivals) / 2
            rows.append(Row(kind.relation, rank, true, score(negative) if negative >= 0 else None))
    assert_metrics(found.micro, rows)
    for relation in {row.relation for row in rows}:
        assert_metrics(found.per_relation[relation], [row for row in rows if row.relation == relation])


class Row(NamedTuple):
    """One question of the plain implementation."""

    relation: str
    rank: float
    positive: float
    negative: float | None


def score_by_definition(
    name: DecoderName, decoder: Any, given: torch.Tensor, question: int, node: torch.Tensor
) -> float:
    """The score of one candidate, with the offset of its question, over complex numbers where the decoder has them."""
    count = len(decoder.offset) // 2 if name != "dot" else 0
    offset = decoder.offset[question].detach().double().numpy() if name != "dot" else np.zeros(len(node))
    x, y = given.numpy(), node.numpy()
    if name == "dot":
        return float(x @ y)
    if name == "distmult":
        return float((x * decoder.weight[question % count].detach().double().numpy() + offset) @ y)
    a, o, b = (v[:4] + 1j * v[4:] for v in (x, offset, y))
    if name == "rotate":
        turn = np.exp(1j * decoder.angle[question % count].detach().double().numpy())
        moved = a[:-1] * (turn if question < count else turn.conj()) + o[:-1]
        return MARGIN - float(np.linalg.norm(moved - b[:-1])) + float((o[-1] * b[-1].conj()).real)
    turn = (decoder.real.detach().double().numpy() + 1j * decoder.imaginary.detach().double().numpy())[question % count]
    moved = a * (turn if question < count else turn.conj()) + o
    return float((moved * b.conj()).sum().real)


def assert_metrics(found: Metrics, rows: list[Row]) -> None:
    """Area under the ROC curve by counting pairs, average precision by its sum over thresholds; all to 1e-6."""
    ranks = [row.rank for row in rows]
    positives = [row.positive for row in rows if row.negative is not None]
    negatives = [row.negative for row in rows if row.negative is not None]
    wins = [(p > n) + (p == n) / 2 for p in positives for n in negatives]
    precision = [
        sum(other >= p for other in positives) / sum(other >= p for other in positives + negatives) for p in positives
    ]
    expected = {
        "mrr": np.mean([1 / rank for rank in ranks]),
        **{f"hits@{k}": np.mean([rank <= k for rank in ranks]) for k in (1, 3, 10)},
        "mean_rank": np.mean(ranks),
        "auroc": np.mean(wins) if wins else math.nan,
        "average_precision": np.mean(precision) if precision else math.nan,
    }
    assert found["num_edges"] * 2 == len(rows)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-6, nan_ok=True), name


def test_vectors_that_know_the_links_beat_random_ones_and_those_of_a_collapse() -> None:
    num = 60
    edges = [(i, 0, num + j) for i in range(num) for j in range(num) if i % 6 == j % 6]
    graph = graph_from_edges({"a": num, "b": num}, [("a", "r", "b")], edges)
    community = torch.eye(6)[torch.arange(2 * num) % 6]
    generator = torch.Generator().manual_seed(0)
    knowing = evaluate(graph, community + 0.05 * torch.randn(2 * num, 6, generator=generator)).micro
    random = evaluate(graph, torch.randn(2 * num, 6, generator=generator)).micro
    collapsed = evaluate(graph, torch.ones(2 * num, 6)).micro
    assert knowing["mrr"] == knowing["auroc"] == knowing["average_precision"] == 1
    assert 0.4 < random["auroc"] < 0.6
    assert random["mrr"] < 0.2
    assert collapsed["auroc"] == collapsed["average_precision"] == 0.5
    candidates = num - 10 + 1  # ten answers are known, nine of them do not count
    assert collapsed["mean_rank"] == (candidates + 1) / 2
    assert collapsed["hits@10"] == 0


def test_what_does_not_exist_is_null() -> None:
    graph = graph_from_edges({"a": 2, "b": 2}, [("a", "r", "b")], [(a, 0, b) for a in (0, 1) for b in (2, 3)])
    result = evaluate(graph, torch.randn(4, 3)).to_dict()
    assert result["test"]["auroc"] is None
    assert result["test"]["confidence_95"]["auroc"] == [None, None]
    assert result["test"]["mrr"] == 1


def test_embeddings_that_are_not_finite_are_an_error() -> None:
    graph = random_graph(0)
    embeddings = torch.ones(graph.num_nodes, 4)
    embeddings[3, 1] = float("nan")
    embeddings[5] = float("inf")
    with pytest.raises(TrainingError, match=r"embeddings of 2 nodes are not finite; lower training\.learning_rate"):
        evaluate(graph, embeddings)
