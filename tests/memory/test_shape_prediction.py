"""Predicted shapes against those that planning measures on sampled batches."""

from pathlib import Path

import pytest

from hgt_studio.config import DataConfig, RunConfig, apply_overrides
from hgt_studio.graph import load_graph
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.memory import GraphSizes
from hgt_studio.memory.shape_prediction import predict_shape
from hgt_studio.sampling.shape import NODE_TILES, BatchShape
from hgt_studio.training.task import prepare_task
from hgt_studio.typing import DeviceKind

SETTINGS = {
    "default": (),
    "large batch": ("sampling.batch_size=2048",),
    "uniform": ("sampling.fan_out_rule=uniform", "sampling.num_neighbors=[20,10]"),
    "per relation": ("sampling.fan_out_rule=per_relation", "sampling.num_neighbors=[4,3]"),
    "three hops": ("architecture.num_layers=3", "sampling.num_neighbors=[8,4,4]"),
    "budget": ("sampling.sampler=budget", "sampling.num_samples=[128,128]"),
    "edge dropout": ("sampling.edge_dropout=0.3",),
    "no pairs": ("training.contrastive_weight=0",),
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    path: Path = tmp_path_factory.mktemp("graph") / "kg.csv"
    write_sample_graph(path, scale=0.03, seed=0)
    return load_graph(path, DataConfig(), use_cache=False)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_prediction_is_near_the_plan(graph: KnowledgeGraph, settings: tuple[str, ...], device: DeviceKind) -> None:
    config = apply_overrides(RunConfig(), settings)
    planned = prepare_task(graph, config, device).shape
    predicted = predict_shape(config, GraphSizes.from_graph(graph), NODE_TILES[device])
    assert predicted.is_consistent()
    assert (predicted.positives, predicted.pairs) == (planned.positives, planned.pairs)
    assert predicted.nodes[0] == planned.nodes[0]
    for name in ("nodes", "segments", "edges"):
        for length, true in zip(getattr(predicted, name), getattr(planned, name), strict=True):
            assert 0.7 <= length / true <= 1.5, (name, predicted, planned)


def test_counts_alone_say_nearly_as_much_for_the_default_settings(graph: KnowledgeGraph) -> None:
    config = RunConfig()
    counts = GraphSizes.from_counts(graph.counts_by_type(), graph.counts_by_triplet())
    predicted: BatchShape = predict_shape(config, counts, 8)
    planned = prepare_task(graph, config, "cpu").shape
    for name in ("nodes", "segments", "edges"):
        for length, true in zip(getattr(predicted, name), getattr(planned, name), strict=True):
            assert 0.7 <= length / true <= 1.5, (name, predicted, planned)
