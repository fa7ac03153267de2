"""A loss that stops being a number: the run ends, says why, and the last good state stays."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from hgt_studio.config import RunConfig
from hgt_studio.errors import TrainingError
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.diagnosis import explain_not_finite
from hgt_studio.training.events import CheckpointSaved
from hgt_studio.training.task import TrainingTask
from tests.helpers.batches import small_config, small_task
from tests.helpers.runs import Run, make_run


def with_rate(learning_rate: float, *overrides: str) -> TrainingTask:
    """A task with a rate beyond what the settings allow."""
    task = small_task("training.clip_norm=0.0", "training.checkpoint_every_epochs=1", *overrides)
    training = task.config.training.model_copy(update={"learning_rate": learning_rate})
    object.__setattr__(task, "config", task.config.model_copy(update={"training": training}))
    return task


def assert_finite(run: Run) -> None:
    for path in (run.directory.last_checkpoint, run.directory.best_checkpoint):
        if path.exists():
            assert all(bool(torch.isfinite(value).all()) for value in load_file(path).values()), path.name


@pytest.mark.parametrize("learning_rate", [1e20, 1e25, 1e30])
@pytest.mark.parametrize("every_epochs", [0, 1])
def test_a_huge_learning_rate(learning_rate: float, every_epochs: int, tmp_path: Path) -> None:
    task = with_rate(learning_rate, f"evaluation.every_epochs={every_epochs}", "training.num_epochs=20")
    run = make_run(tmp_path, task)
    with pytest.raises(TrainingError, match=r"not finite.*lower training\.learning_rate") as error:
        run.trainer.run()
    assert "\n" not in str(error.value)
    assert_finite(run)


def test_what_was_good_before_can_be_resumed(tmp_path: Path) -> None:
    """Two epochs go well, then a weight breaks; the state after the second epoch is resumed and the run completed."""
    whole = make_run(tmp_path / "whole", small_task("training.checkpoint_every_epochs=1"))
    whole.finish()
    run = make_run(tmp_path / "broken", small_task("training.checkpoint_every_epochs=1"))
    network = run.trainer.network

    def break_after_two_epochs(*_: object) -> None:
        if run.trainer.step == 5:
            network.decoder.offset.data[0, 0] = float("nan")

    network.register_forward_pre_hook(break_after_two_epochs)
    with pytest.raises(TrainingError, match=r"after step 6: the weights diverged"):
        run.trainer.run()
    assert_finite(run)
    resumed = make_run(tmp_path / "broken", small_task("training.checkpoint_every_epochs=1"), resume=True)
    resumed.finish()
    assert resumed.files() == whole.files()


def test_weights_that_break_in_the_last_step_of_an_epoch_are_not_saved(tmp_path: Path) -> None:
    """The losses of that epoch are still finite."""
    run = make_run(tmp_path, small_task("training.checkpoint_every_epochs=1", "evaluation.every_epochs=0"))
    weight = run.trainer.network.get_parameter("encoder.project.weight")
    weight.register_hook(lambda grad: grad * float("inf") if run.trainer.step == 3 else grad)
    with pytest.raises(TrainingError, match=r"after step 4: the weights diverged \(encoder"):
        run.trainer.run()
    assert [event.step for event in run.told(CheckpointSaved)] == [2]
    assert_finite(run)


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("link", "contrastive", "breaks", "cause", "remedy"),
    [
        (NAN, 0.5, True, r"the weights diverged \(encoder.layers.0.prior\)", "lower training.learning_rate"),
        (INF, 0.5, False, "the link scores overflowed", "lower training.learning_rate"),
        (0.5, NAN, False, "the contrastive loss is nan", "raise training.temperature"),
    ],
)
def test_the_cause_is_named(link: float, contrastive: float, breaks: bool, cause: str, remedy: str) -> None:
    network = HGTNetwork(small_config(), 20, 3, 4)
    if breaks:
        with torch.no_grad():
            network.get_parameter("encoder.layers.0.prior")[1, 0] = INF
    error = explain_not_finite(network, link, contrastive, 7, RunConfig())
    assert isinstance(error, TrainingError)
    with pytest.raises(TrainingError, match=f"after step 7: {cause}.*{remedy}.*resume the last checkpoint"):
        raise error
