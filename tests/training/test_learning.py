"""Training learns: held-out edges of a planted graph are found, and the embeddings do not collapse."""

from pathlib import Path

import pytest

from hgt_studio.graph import load_graph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.training.events import EpochDone, Evaluated
from hgt_studio.training.task import prepare_task
from tests.helpers.batches import small_config
from tests.helpers.runs import make_run

SETTINGS = (
    "architecture.hidden_dim=64", "architecture.embedding_dim=128", "architecture.num_heads=4",
    "sampling.batch_size=512", "sampling.num_neighbors=[10, 5]",
    "training.num_epochs=50", "training.learning_rate=0.003", "training.gradient_accumulation_steps=1",
    "training.contrastive_weight=0.3", "training.contrastive_relation=disease_protein",
    "evaluation.every_epochs=25", "evaluation.max_edges_per_relation=50", "evaluation.max_test_edges_per_relation=200",
    "evaluation.memory_budget_mib=64",
)  # fmt: skip


@pytest.mark.slow
def test_a_planted_graph_is_learned(tmp_path: Path) -> None:
    write_sample_graph(tmp_path / "kg.csv", scale=0.02)
    graph = load_graph(tmp_path / "kg.csv")
    run = make_run(tmp_path / "run", prepare_task(graph, small_config(*SETTINGS), "cpu"))
    untrained = run.trainer.judge.evaluate(run.trainer.network, "test", 1 << 26)
    trained = run.finish()
    assert trained.micro["mrr"] >= 5 * untrained.micro["mrr"]
    assert trained.micro["auroc"] > 0.8 > 0.6 > untrained.micro["auroc"]
    assert trained.health.verdict != "collapsed"
    assert trained.health.pairs.mean_abs_cosine < 0.3
    losses = [event.loss for event in run.told(EpochDone)]
    assert losses[-1] < 0.7 * losses[0]
    validations = [event.metrics["validation"]["mrr"] for event in run.told(Evaluated)[:-1]]
    assert validations == sorted(validations)
