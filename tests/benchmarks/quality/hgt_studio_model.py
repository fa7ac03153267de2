"""HGT Studio itself, trained as the command line trains it."""

import tempfile
from pathlib import Path

from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.config.presets import BALANCED, find_preset
from hgt_studio.device.selection import select_device
from hgt_studio.training.events import EpochDone, Event, RunEnded
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.training.task import prepare_task
from hgt_studio.training.trainer import Trainer
from hgt_studio.typing import CancelToken
from tests.benchmarks.quality.graphs import StudyGraph
from tests.benchmarks.quality.trained import Deadline, Job, Trained


def train(job: Job, study: StudyGraph) -> Trained:
    """Train; the best state on the validation edges is what counts.

    The options are `section.field=value`, changes of the defaults, or of a preset if the first one is `preset=NAME`.
    """
    config = _config(job)
    device, cancel, deadline = select_device(job.device), CancelToken(), Deadline(job.seconds)  # type: ignore[arg-type]
    device.reset_peak()
    ended: list[RunEnded] = []

    def on_event(event: Event) -> None:
        if isinstance(event, EpochDone) and deadline.passed:
            cancel.finish()
        if isinstance(event, RunEnded):
            ended.append(event)

    with tempfile.TemporaryDirectory() as folder:
        directory = RunDirectory(Path(folder))
        directory.create(config, resume=False)
        trainer = Trainer(prepare_task(study.graph, config, device.name), device, directory, on_event, cancel)
        trainer.run()
    network = trainer.network
    vectors = network.embed(study.split.message_graph, 1 << 30)
    return Trained(
        vectors.to(trainer.place), network.decoder, ended[0].seconds, device.memory().peak_bytes, ended[0].epochs
    )


def _config(job: Job) -> RunConfig:
    preset, settings = BALANCED, list(job.options)
    if settings and settings[0].startswith("preset="):
        preset = find_preset(settings.pop(0).removeprefix("preset="))
    return apply_overrides(
        preset.config,
        [
            f"architecture.embedding_dim={job.dim}", f"training.seed={job.seed}",
            "evaluation.max_test_edges_per_relation=1",  # the study asks its own questions
            "evaluation.memory_budget_mib=1024", *settings,
        ],
    )  # fmt: skip
