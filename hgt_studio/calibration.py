"""Two real training steps against the estimate: how far it is off on this device, part by part, and remembering it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs
import torch

from hgt_studio.atomic_file import atomic_write
from hgt_studio.config import RunConfig
from hgt_studio.device.allocations import Allocations, track_allocations
from hgt_studio.device.base import Device
from hgt_studio.device.ownership import claim_device
from hgt_studio.errors import DeviceError
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.memory import GraphSizes, MemoryEstimate, estimate_memory
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.batch_gradients import BatchGradients
from hgt_studio.training.optimiser import clear_gradients, make_optimiser
from hgt_studio.training.recovery import shortage_in_plain_words
from hgt_studio.training.task import TrainingTask, prepare_task

_MODEL = ("node embeddings", "node features", "weights", "optimiser state")
_STEPS = 2


@dataclass(frozen=True)
class Comparison:
    """A part of the memory as estimated and as measured."""

    name: str
    estimated_bytes: int
    measured_bytes: int

    @property
    def error(self) -> float:
        """How far the measurement lies from the estimate, as a share of the estimate; above 0: more was needed."""
        return self.measured_bytes / self.estimated_bytes - 1.0 if self.estimated_bytes else 0.0


@dataclass(frozen=True)
class Calibration:
    """What two steps on a device showed. device: its kind and name. torch: version. parts: the last is the peak."""

    device: str
    torch: str
    parts: tuple[Comparison, ...]

    @property
    def factor(self) -> float:
        """Measured over estimated peak."""
        return 1.0 + self.parts[-1].error

    def in_words(self) -> str:
        """One line."""
        return f"measured {self.factor:.0%} of the estimate in {_STEPS} steps on {self.device} with torch {self.torch}"


@shortage_in_plain_words()
def calibrate(graph: KnowledgeGraph, config: RunConfig, device: Device) -> Calibration:
    """Run two steps of a configuration, compare, and remember the result for this device.

    Raises:
        OutOfMemoryError: the steps do not fit.
        DeviceError: the result cannot be written.
    """
    task = prepare_task(graph, config, device.name)
    estimate = estimate_memory(config, GraphSizes.from_graph(graph), device.name, task.shape)
    with claim_device():
        model, first, second = _run_steps(task, device)
        name = f"{device.name}, {device.description()}"
    calibration = Calibration(name, torch.__version__, tuple(_compare(estimate, model, first, second)))
    with atomic_write(_file(device), DeviceError) as file:
        file.write(json.dumps(asdict(calibration)).encode())
    return calibration


def remembered(device_name: str) -> Calibration | None:
    """The last calibration of a kind of device on this computer; None if there is none or torch has changed since."""
    try:
        values = json.loads(_path(device_name).read_text(encoding="utf-8"))
        parts = tuple(Comparison(**part) for part in values["parts"])
        found = Calibration(values["device"], values["torch"], parts)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.torch == torch.__version__ and found.parts else None


def _run_steps(task: TrainingTask, device: Device) -> tuple[Allocations, Allocations, Allocations]:
    """Allocations of the model with its optimiser, of the first step, which leaves gradients, and of the second."""
    place, batches = device.torch_device(), task.config.training.gradient_accumulation_steps
    device.empty_cache()
    with track_allocations(device) as model:
        network = HGTNetwork.for_graph(task.config, task.graph, task.node_features()).to(place)
        optimiser = make_optimiser(network, task.config.training)
    gradients = BatchGradients(network, device, batches, record=task.config.device.cuda_graphs)
    steps = []
    for step in range(_STEPS):
        with track_allocations(device) as allocations:
            made = [task.maker.make(step * batches + number, task.shape) for number in range(batches)]
            gradients.prepare(made[0])
            clear_gradients(network)
            for batch in made:
                gradients.add(batch)
            optimiser.step()
        steps.append(allocations)
    return model, steps[0], steps[1]


def _compare(
    estimate: MemoryEstimate, model: Allocations, first: Allocations, second: Allocations
) -> tuple[Comparison, ...]:
    estimated = {part.name: part.num_bytes for part in estimate.parts}
    model_bytes = sum(estimated.get(name, 0) for name in _MODEL)
    measured_peak = model.kept_bytes + max(first.peak_bytes, first.kept_bytes + second.peak_bytes)
    gradients = estimated["gradients"]
    workspace = estimated.get("library workspace", 0)
    return (
        Comparison("weights, node embeddings and optimiser state", model_bytes, model.kept_bytes),
        Comparison("gradients and library workspace", gradients + workspace, first.kept_bytes),
        Comparison(
            "batch and activations", estimate.peak_bytes["train"] - model_bytes - gradients - workspace,
            measured_peak - model.kept_bytes - first.kept_bytes,
        ),
        Comparison("peak of training", estimate.peak_bytes["train"], measured_peak),
    )  # fmt: skip


def _path(device_name: str) -> Path:
    return platformdirs.user_data_path("hgt-studio", appauthor=False) / f"calibration-{device_name}.json"


def _file(device: Device) -> Path:
    path = _path(device.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeviceError(f"{path.parent}: cannot be made ({error}); calibration needs a place to be kept") from None
    return path
