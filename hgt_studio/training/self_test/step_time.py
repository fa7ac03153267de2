"""The time of one whole training step with the default settings."""

import torch

from hgt_studio.config import RunConfig
from hgt_studio.device.base import Device
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.batch_gradients import BatchGradients
from hgt_studio.training.optimiser import clear_gradients, make_optimiser
from hgt_studio.training.self_test.comparison import median_ms
from hgt_studio.training.task import prepare_task

_REPEATS = 5


def step_ms(graph: KnowledgeGraph, device: Device) -> float:
    """Median time of upload, forward, backward and update for one batch, after a step to warm up."""
    config = RunConfig()
    task = prepare_task(graph, config, device.torch_device().type)
    torch.manual_seed(config.training.seed)
    network = HGTNetwork.for_graph(config, graph).to(device.torch_device())
    optimiser = make_optimiser(network, config.training)
    batch = task.maker.make(0, task.shape)

    gradients = BatchGradients(network, device, 1, record=config.device.cuda_graphs)
    gradients.prepare(batch)

    def step() -> None:
        clear_gradients(network)
        gradients.add(batch)
        optimiser.step()

    step()
    return median_ms(step, device, _REPEATS)
