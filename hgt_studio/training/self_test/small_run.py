"""Small runs that ask of a device everything that real ones do."""

import tempfile
from pathlib import Path

from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.device.base import Device
from hgt_studio.graph import load_graph
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.training.task import prepare_task
from hgt_studio.training.trainer import Trainer
from hgt_studio.typing import CancelToken

_SMALL = (
    "architecture.hidden_dim=32",
    "architecture.num_heads=4",
    "architecture.embedding_dim=24",
    "sampling.batch_size=64",
    "sampling.num_neighbors=[4, 3]",
    "sampling.num_samples=[16, 12]",
    "training.num_epochs=1",
    "training.least_batches=1",
    "training.gradient_accumulation_steps=2",
    "training.similarity_threshold=0.0",
    "evaluation.max_edges_per_relation=5",
    "evaluation.max_test_edges_per_relation=5",
    "evaluation.memory_budget_mib=16",
)
# Between them every decoder, every loss, both samplers, and what a model can be built of.
_CHOICES = (
    (),
    ("architecture.decoder=dot", "training.link_loss=binary_cross_entropy", "sampling.sampler=budget"),
    ("architecture.decoder=distmult", "training.label_smoothing=0.1"),
    ("architecture.decoder=complex", "architecture.embedding_length=0", "training.n3_weight=0.03"),
    ("training.link_loss=self_adversarial",),
    ("architecture.encoder=none", "architecture.name_features=true", "sampling.edge_dropout=0.2"),
    ("architecture.node_embeddings=false", "architecture.structural_features=true"),
)
# Keys and values of all nodes on the device, then on the host.
_EXPORT_BUDGETS_BYTES = (1 << 22, 1 << 14)


def sample_graph(scale: float) -> KnowledgeGraph:
    """An invented graph of PrimeKG's shape, read from a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kg.csv"
        write_sample_graph(path, scale=scale, seed=0)
        return load_graph(path, use_cache=False)


def train_small(graph: KnowledgeGraph, device: Device, node_tiles_of: str) -> None:
    """Train, evaluate and export on a device, once for each of the choices. node_tiles_of: a type of device."""
    for choice in _CHOICES:
        config = apply_overrides(RunConfig(), [*_SMALL, *choice])
        task = prepare_task(graph, config, node_tiles_of)
        with tempfile.TemporaryDirectory() as folder:
            directory = RunDirectory(Path(folder) / "run")
            directory.create(config, resume=False)
            trainer = Trainer(task, device, directory, lambda event: None, CancelToken())
            trainer.run()
        for budget_bytes in _EXPORT_BUDGETS_BYTES:
            trainer.network.embed(graph, budget_bytes)
