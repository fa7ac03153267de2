"""Memory of a long run: 500 training steps (2,000 on an accelerator) of the default configuration at full scale.

Resident memory of a process swings by some per cent from step to step, as the C library keeps freed blocks or gives
them back: the medians of two windows of steps are compared.

Every step is one batch with its own optimiser step, so that the optimiser's memory counts as often as it can.
"""

from statistics import median

import psutil

from hgt_studio.config import RunConfig
from hgt_studio.device.selection import select_device
from hgt_studio.graph import load_graph
from hgt_studio.model.network import HGTNetwork
from hgt_studio.sampling.loader import BatchLoader
from hgt_studio.training.batch_gradients import BatchGradients
from hgt_studio.training.optimiser import clear_gradients, make_optimiser
from hgt_studio.training.task import prepare_task
from tests.benchmarks.full_graph import full_scale_csv

_WINDOW = range(25, 75)


def measure(device: str) -> dict[str, float]:
    """Allocated device memory (on the CPU: resident memory of the process) around step 50 and in the last steps."""
    config, place = RunConfig(), select_device(device)  # type: ignore[arg-type]
    task = prepare_task(load_graph(full_scale_csv()), config, place.torch_device().type)
    network = HGTNetwork.for_graph(config, task.graph).to(place.torch_device())
    optimiser = make_optimiser(network, config.training)
    steps = 500 if device == "cpu" else 2000
    readings: list[int] = []
    shapes = set()
    gradients = BatchGradients(network, place, 1, record=config.device.cuda_graphs)
    with BatchLoader(task.maker, task.shape, range(steps), threads=1, depth=2) as loader:
        for batch in loader:
            gradients.prepare(batch)
            clear_gradients(network)
            gradients.add(batch)
            optimiser.step()
            shapes.add(batch.shape)
            own = psutil.Process().memory_info().rss
            readings.append(own if device == "cpu" else place.memory().allocated_bytes)
    settled = median(readings[_WINDOW.start : _WINDOW.stop])
    last = median(readings[-len(_WINDOW) :])
    return {
        f"around step {(_WINDOW.start + _WINDOW.stop) // 2}, MiB": settled / 2**20,
        f"last {len(_WINDOW)} of {steps} steps, MiB": last / 2**20,
        "drift": last / settled - 1.0,
        "distinct batch shapes": float(len(shapes)),
        "peak, MiB": (max(readings) if device == "cpu" else place.memory().peak_bytes) / 2**20,
    }
