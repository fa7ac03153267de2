"""The adapter to PyKEEN: it scores as PyKEEN does, and our ranking agrees with PyKEEN's own evaluator."""

import numpy as np
import pytest
import torch

pytest.importorskip("pykeen", reason="PyKEEN lives in the benchmark environment")

from pykeen.evaluation import RankBasedEvaluator

from hgt_studio.graph.known import KnownEdges
from hgt_studio.graph.split import split_graph
from hgt_studio.training.ranking import rank_edges
from tests.benchmarks.quality.graphs import StudyGraph
from tests.benchmarks.quality.pykeen_model import PykeenOptions, _make_model, _triples, export
from tests.benchmarks.quality.trained import Job
from tests.helpers.graphs import graph_from_edges

OPTIONS = [
    PykeenOptions("transe", p=1.0), PykeenOptions("transe", p=2.0), PykeenOptions("distmult"),
    PykeenOptions("complex"), PykeenOptions("rotate"),
]  # fmt: skip


def _study() -> StudyGraph:
    """One node type; a relation with its reverse, and a symmetric one."""
    generator = np.random.default_rng(0)
    low, high = np.sort(np.stack([generator.integers(40, size=300), generator.integers(40, size=300)]), axis=0)
    relation = generator.integers(2, size=300)
    forward = np.stack([low, 2 * relation, high], axis=1)[low < high]
    back = np.stack([forward[:, 2], np.where(forward[:, 1] == 0, 1, 2), forward[:, 0]], axis=1)
    triplets = [("n", "a", "n"), ("n", "rev_a", "n"), ("n", "s", "n")]
    graph = graph_from_edges({"n": 40}, triplets, np.concatenate([forward, back]), reverse=[1, 0, 2])
    return StudyGraph(graph, split_graph(graph, 0.1, 0.2, 0), KnownEdges.build(graph.edges(), graph.num_nodes))


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: f"{options.interaction}-{options.p}")
def test_the_exported_model_scores_and_ranks_as_pykeen_does(options: PykeenOptions) -> None:
    study = _study()
    graph = study.graph
    triples = _triples(study.split.message_graph)
    model = _make_model(options, triples, Job("", "", "", None, seed=1, dim=16, seconds=0.0, device="cpu"))
    answer_relation = torch.tensor([0, 1, 2, *graph.reverse.tolist()])
    vectors, decoder = export(model, options, answer_relation)

    known, question = torch.arange(40).repeat_interleave(6), torch.arange(6).repeat(40)
    ours = decoder.score(decoder.query(vectors[known], question), vectors)
    theirs = model.score_t(torch.stack([known, answer_relation[question]], dim=1))
    torch.testing.assert_close(ours, theirs)

    questions = study.questions("test", 0)
    ranking = rank_edges(vectors, decoder, questions, memory_budget_bytes=1 << 20)
    held_out, reverse = study.split.test, np.array(graph.reverse)
    both_ways = np.concatenate([
        np.stack([held_out.source, held_out.triplet, held_out.destination], axis=1),
        np.stack([held_out.destination, reverse[held_out.triplet], held_out.source], axis=1),
    ]).astype(np.int64)  # fmt: skip
    edges = graph.edges()
    all_edges = np.stack([edges.source, edges.triplet, edges.destination], axis=1).astype(np.int64)
    result = RankBasedEvaluator(filtered=True).evaluate(
        model, torch.from_numpy(both_ways), batch_size=32, use_tqdm=False, targets=("tail",),
        additional_filter_triples=torch.from_numpy(all_edges),
    )  # fmt: skip
    theirs_mrr = result.get_metric("tail.realistic.inverse_harmonic_mean_rank")
    assert float((1 / ranking.rank).mean()) == pytest.approx(theirs_mrr, rel=1e-6)
