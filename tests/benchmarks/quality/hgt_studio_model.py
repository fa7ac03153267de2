"""HGT Studio itself, trained as the command line trains it."""

import tempfile
from pathlib import Path

from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.config.presets import find_preset
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

    The options are `section.field=value`; `preset=NAME` says what they change, else the defaults.
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
    config = RunConfig()
    for option in job.options:
        if option.startswith("preset="):
            config = find_preset(option.removeprefix("preset=")).config
    return apply_overrides(
        config,
        [
            f"architecture.embedding_dim={job.dim}", f"training.seed={job.seed}",
            "evaluation.max_test_edges_per_relation=1",  # the study asks its own questions
            "evaluation.memory_budget_mib=1024", *(o for o in job.options if not o.startswith("preset=")),
        ],
    )  # fmt: skip
