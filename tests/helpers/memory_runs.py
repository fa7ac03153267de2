"""Random configurations, and what they really allocate in training, evaluation and export."""

import random
from dataclasses import dataclass
from typing import get_args

import torch

from hgt_studio.config import RunConfig
from hgt_studio.config.architecture import DecoderName
from hgt_studio.config.training import LinkLossName
from hgt_studio.device.allocations import Allocations, track_allocations
from hgt_studio.device.base import Device
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.batch_gradients import BatchGradients
from hgt_studio.training.judge import Judge
from hgt_studio.training.optimiser import clear_gradients, make_optimiser
from hgt_studio.training.task import TrainingTask
from hgt_studio.typing import CancelToken


@dataclass(frozen=True)
class Peaks:
    """Measured peaks in bytes."""

    train: int
    evaluate: int
    export: int


def random_config(draw: random.Random, batch_sizes: tuple[int, ...], hidden_sizes: tuple[int, ...]) -> RunConfig:
    """Any model, sampler and objective."""
    layers = draw.choice((1, 2, 2, 3))
    sampler = draw.choice(("neighbour", "neighbour", "budget"))
    batch = draw.choice(batch_sizes)
    encoder, node_embeddings = draw.choice(4 * (("hgt", True),) + (("hgt", False), ("none", True)))
    has_structural, has_names = draw.choice(3 * ((False, False),) + ((True, False), (True, True)))
    return RunConfig.build(
        {
            "architecture": {
                "encoder": encoder,
                "node_embeddings": node_embeddings,
                "structural_features": has_structural,
                "name_features": has_names,
                "embedding_dropout": draw.choice((0.0, 0.0, 0.2)),
                "hidden_dim": draw.choice(hidden_sizes),
                "embedding_dim": draw.choice((16, 64, 200, 512)),
                "num_layers": layers,
                "num_heads": draw.choice((1, 2, 4, 8)),
                "dropout": draw.choice((0.0, 0.1)),
                "normalize": draw.choice((True, False)),
                "decoder": draw.choice(get_args(DecoderName)),
                "embedding_length": draw.choice((0.0, 1.25)),
            },
            "sampling": {
                "batch_size": batch,
                "sampler": sampler,
                "num_neighbors": [draw.randint(2, 20) for _ in range(layers)],
                "num_samples": [draw.randint(16, batch) for _ in range(layers)],
                "fan_out_rule": draw.choice(("balanced", "uniform", "per_relation")),
                "edge_dropout": draw.choice((0.0, 0.0, 0.2)),
                "negative_share": draw.choice((0.1, 0.25, 0.5)),
                "supervision_factor": draw.choice((1.0, 8.0)),
            },
            "training": {
                "gradient_accumulation_steps": draw.choice((1, 2)),
                "contrastive_weight": draw.choice((0.0, 0.5)),
                "link_loss": draw.choice(get_args(LinkLossName)),
                "relation_weight": draw.choice((0.0, 1.0)),
                "n3_weight": draw.choice((0.0, 0.02)),
                "uniformity_weight": draw.choice((0.0, 0.3)),
                "query_dropout": draw.choice((0.0, 0.1)),
                "label_smoothing": draw.choice((0.0, 0.1)),
            },
            "evaluation": {"memory_budget_mib": draw.choice((16, 64, 256)), "max_edges_per_relation": 20},
        }
    )


def measure_peaks(task: TrainingTask, device: Device) -> Peaks:
    """Two steps, an evaluation and an export, as a run does them."""
    place, config = device.torch_device(), task.config
    with track_allocations(device) as model:
        network = HGTNetwork.for_graph(config, task.graph, task.node_features()).to(place)
        optimiser = make_optimiser(network, config.training)
    gradients = BatchGradients(network, device, config.training.gradient_accumulation_steps, record=True)
    steps = [_step(task, device, gradients, optimiser, number) for number in range(2)]
    with track_allocations(device) as forgetting:
        gradients.forget()
        optimiser.zero_grad()
    held = model.kept_bytes + sum(step.kept_bytes for step in steps) + forgetting.kept_bytes
    budget_bytes, judge = config.evaluation.memory_budget_mib << 20, Judge(task, CancelToken())
    with track_allocations(device) as evaluation:
        judge.evaluate(network, "validation", budget_bytes)
    with track_allocations(device) as export:
        network.embed(task.split.message_graph, budget_bytes)
    return Peaks(
        train=model.kept_bytes + max(steps[0].peak_bytes, steps[0].kept_bytes + steps[1].peak_bytes),
        evaluate=held + evaluation.peak_bytes,
        export=held + evaluation.kept_bytes + export.peak_bytes,
    )


def _step(
    task: TrainingTask, device: Device, gradients: BatchGradients, optimiser: torch.optim.Optimizer, number: int
) -> Allocations:
    batches = task.config.training.gradient_accumulation_steps
    with track_allocations(device) as allocations:
        for index in range(number * batches, (number + 1) * batches):
            batch = task.maker.make(index, task.shape)
            if index == number * batches:
                gradients.prepare(batch)
                clear_gradients(gradients.network)
            gradients.add(batch)
        optimiser.step()
    return allocations
