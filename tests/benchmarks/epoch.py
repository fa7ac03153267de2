"""Whole epochs of the default configuration at full scale: how fast, and how long the device waits for batches.

The limit: as many optimiser steps on one batch that is there already.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.device.selection import select_device
from hgt_studio.graph import load_graph
from hgt_studio.training.events import EpochDone, Event, StepsDone
from hgt_studio.training.optimiser import clear_gradients
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.training.task import prepare_task
from hgt_studio.training.trainer import Trainer
from hgt_studio.typing import CancelToken
from tests.benchmarks.full_graph import full_scale_csv

_LIMIT_STEPS = 10


def measure(device: str) -> dict[str, Any]:
    """The second of two epochs; the first one warms up."""
    place, graph = select_device(device), load_graph(full_scale_csv())  # type: ignore[arg-type]
    settings = ("data.validation_share=0", "data.test_share=0", "training.num_epochs=2")
    task = prepare_task(graph, apply_overrides(RunConfig(), settings), place.torch_device().type)
    events: list[Event] = []
    with TemporaryDirectory() as folder:
        directory = RunDirectory(Path(folder) / "run")
        directory.create(task.config, resume=False)
        trainer = Trainer(task, place, directory, events.append, CancelToken())
        trainer.run()
    first, second = (event for event in events if isinstance(event, EpochDone))
    waiting = [event.waiting_share for event in events if isinstance(event, StepsDone) and event.step > first.step]
    limit = task.steps_per_epoch * _step_seconds(trainer)
    return {
        "nodes as seeds": graph.num_nodes,
        "sampling threads": task.config.sampling.prefetch_threads,
        "an epoch, s": second.seconds,
        "seeds a second": graph.num_nodes / second.seconds,
        "share of the time spent waiting for batches": sum(waiting) / len(waiting),
        "the same steps on one batch, s": limit,
        "an epoch / the same steps on one batch": second.seconds / limit,
    }


def _step_seconds(trainer: Trainer) -> float:
    """Mean seconds of an optimiser step on batch 0, again and again."""
    task, gradients = trainer.task, trainer.gradients
    batch = task.maker.make(0, task.shape)
    gradients.prepare(batch)
    trainer.device.synchronize()
    start = time.perf_counter()
    for _ in range(_LIMIT_STEPS):
        clear_gradients(trainer.network)
        for _ in range(task.config.training.gradient_accumulation_steps):
            gradients.add(batch)
        trainer.optimiser.step()
    trainer.device.synchronize()
    return (time.perf_counter() - start) / _LIMIT_STEPS
