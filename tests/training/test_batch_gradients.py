"""A recorded step gives the gradients that the plain one gives, batch after batch."""

from collections.abc import Callable, Iterator

import pytest
import torch

from hgt_studio.device.base import Device
from hgt_studio.device.cpu import CpuDevice
from hgt_studio.device.cuda import CudaDevice
from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.batch_gradients import BatchGradients
from hgt_studio.training.optimiser import clear_gradients
from hgt_studio.training.task import TrainingTask
from tests.helpers.batches import small_task
from tests.helpers.lively import with_lively_layers


class RepeatingDevice(CpuDevice):
    """Replays by doing the work again on the memory it was recorded with; nothing else may change hands."""

    can_record = True

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        work()
        return work


DEVICES = [RepeatingDevice(), CudaDevice()]


@pytest.fixture(params=DEVICES, ids=["repeating", "cuda"])
def device(request: pytest.FixtureRequest) -> Iterator[Device]:
    device: Device = request.param
    if reason := device.reason_unavailable():
        pytest.skip(reason)
    with tiles_on_every_device():  # slices differ from batch to batch
        yield device


def gradients_of_two_steps(task: TrainingTask, device: Device, *, record: bool) -> list[list[torch.Tensor]]:
    """Losses of every batch and gradients of every step."""
    torch.manual_seed(0)
    network = HGTNetwork.for_graph(task.config, task.graph, task.node_features())
    network = with_lively_layers(network).to(device.torch_device())
    gradients, found = BatchGradients(network, device, 2, record=record), []
    for step in range(2):
        batches = [task.maker.make(2 * step + number, task.shape) for number in range(2)]
        gradients.prepare(batches[0])
        device.seed(step)
        clear_gradients(network)
        found += [[gradients.add(batch).clone()] for batch in batches]
        found.append([p.grad.clone() for p in network.parameters() if p.grad is not None])
    return found


INPUTS = {
    "embeddings": (),
    "features": ("architecture.structural_features=true", "architecture.embedding_dropout=0.3"),
    "types": ("architecture.node_embeddings=false",),
    "no encoder": ("architecture.encoder=none",),
}


@pytest.mark.parametrize("inputs", INPUTS)
def test_recorded_gradients_are_the_plain_ones(inputs: str, device: Device) -> None:
    """Dropout included: what a replay draws depends on the seed alone."""
    task = small_task("architecture.dropout=0.3", *INPUTS[inputs], device_type=device.name)
    plain = gradients_of_two_steps(task, device, record=False)
    recorded = gradients_of_two_steps(task, device, record=True)
    for expected, found in zip(plain, recorded, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def test_a_forgotten_recording_is_made_anew(device: Device) -> None:
    task = small_task(device_type=device.name)
    network = with_lively_layers(HGTNetwork.for_graph(task.config, task.graph)).to(device.torch_device())
    gradients, batch = BatchGradients(network, device, 1, record=True), task.maker.make(0, task.shape)
    losses = []
    for _ in range(2):
        gradients.prepare(batch)
        clear_gradients(network)
        device.seed(0)
        losses.append(gradients.add(batch).clone())
        gradients.forget()
        network.zero_grad()
    torch.testing.assert_close(losses[1], losses[0])
