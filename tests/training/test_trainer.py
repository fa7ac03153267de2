"""A run from outside: what it tells, and how it is paused, ended early and stopped by errors."""

import threading
from pathlib import Path

import pytest

from hgt_studio.errors import CancelledError
from hgt_studio.training.events import (
    CheckpointSaved,
    EpochDone,
    Evaluated,
    Event,
    PhaseStarted,
    RunEnded,
    RunStarted,
    StepsDone,
)
from hgt_studio.training.optimiser import learning_rate
from hgt_studio.typing import CancelToken
from tests.helpers.batches import small_task
from tests.helpers.runs import TokenAt, make_run

QUICK = ("evaluation.max_edges_per_relation=5", "evaluation.max_test_edges_per_relation=5")


def word(event: Event) -> str:
    match event:
        case PhaseStarted():
            return event.phase
        case Evaluated():
            return f"judged {event.edges}"
        case CheckpointSaved():
            return f"saved {event.kind}"
    return type(event).__name__


def test_events_come_in_the_order_of_the_work(tmp_path: Path) -> None:
    due = ("training.num_epochs=3", "evaluation.every_epochs=2", "training.checkpoint_every_epochs=2")
    task = small_task(*QUICK, *due)
    run = make_run(tmp_path, task)
    run.finish()
    words = [word(event) for event in run.events if not isinstance(event, StepsDone)]
    best = ["save", "saved best"] if run.told(Evaluated)[1].is_best else []
    assert [text for text in words if text != "Notice"] == [
        "RunStarted",
        "train", "EpochDone",
        "train", "EpochDone", "evaluate", "judged validation", "save", "saved best", "save", "saved last",
        "train", "EpochDone", "evaluate", "judged validation", *best, "save", "saved last",
        "RunEnded", "evaluate", "judged test",
    ]  # fmt: skip


def test_events_say_what_is_true(tmp_path: Path) -> None:
    task = small_task(*QUICK, "training.relation_weight=0", "training.uniformity_weight=0")
    run = make_run(tmp_path, task)
    run.finish()
    (started,) = run.told(RunStarted)
    assert started.num_train_edges == len(task.split.train)
    assert started.num_pairs == len(task.pairs) > 0
    assert started.num_parameters == sum(p.numel() for p in run.trainer.network.parameters())
    assert (started.steps_per_epoch, started.num_epochs, started.first_step) == (2, 4, 0)
    assert [(event.epoch, event.step) for event in run.told(EpochDone)] == [(1, 2), (2, 4), (3, 6), (4, 8)]
    steps = run.told(StepsDone)
    assert [event.step for event in steps] == sorted({event.step for event in steps})
    for event in steps:
        weight = task.config.training.contrastive_weight
        mixed = (1 - weight) * event.link_loss + weight * event.contrastive_loss
        assert event.loss == pytest.approx(mixed, rel=1e-5)
        assert event.learning_rate == learning_rate(event.step - 1, 8, task.config.training)
        assert 0 <= event.waiting_share <= 1
    assert run.told(RunEnded)[0].reason == "all epochs done"
    assert all(event.path.is_file() for event in run.told(CheckpointSaved))


def test_the_loss_of_an_epoch_is_the_mean_of_its_batches(tmp_path: Path) -> None:
    """Read often or once, the mean is the same."""
    run = make_run(tmp_path, small_task(*QUICK, "training.num_epochs=1"))
    losses = []
    run.trainer.network.register_forward_hook(lambda module, args, out: losses.append(float(out.total.detach())))
    run.finish()
    assert len(losses) == 4
    assert run.told(EpochDone)[0].loss == pytest.approx(sum(losses) / 4, rel=1e-5)


@pytest.mark.parametrize("check", [3, 4], ids=["between two steps", "within a step"])
def test_finishing_early_completes_the_step_and_the_rest(check: int, tmp_path: Path) -> None:
    run = make_run(tmp_path, small_task(*QUICK, "training.num_epochs=50"), TokenAt(check, CancelToken.finish))
    run.finish()
    (ended,) = run.told(RunEnded)
    assert (ended.reason, ended.epochs) == ("finished early", 1)
    assert run.trainer.step == 2
    assert [event.edges for event in run.told(Evaluated)] == ["validation", "test"]
    assert set(run.files()) == {"last.safetensors", "best.safetensors"}


def test_a_pause_holds_the_run_and_changes_nothing(tmp_path: Path) -> None:
    whole = make_run(tmp_path / "whole", small_task(*QUICK, "training.num_epochs=2"))
    whole.finish()
    waiting = threading.Event()

    def pause(token: CancelToken) -> None:
        token.pause()
        waiting.set()

    token = TokenAt(6, pause)
    run = make_run(tmp_path / "paused", small_task(*QUICK, "training.num_epochs=2"), token)
    thread = threading.Thread(target=run.finish)
    thread.start()
    assert waiting.wait(30)
    told = len(run.events)
    thread.join(0.3)
    assert thread.is_alive()
    assert (token.checks, len(run.events)) == (6, told)
    token.resume()
    thread.join(30)
    assert run.files() == whole.files()


@pytest.mark.parametrize("kind", [RunStarted, StepsDone, Evaluated, CheckpointSaved])
def test_an_error_of_a_listener_stops_the_run_and_leaves_no_thread(kind: type[Event], tmp_path: Path) -> None:
    threads = set(threading.enumerate())

    def listener(event: Event) -> None:
        if isinstance(event, kind):
            raise ZeroDivisionError("from the listener")

    run = make_run(tmp_path, small_task(*QUICK), listener=listener)
    with pytest.raises(ZeroDivisionError, match="from the listener"):
        run.trainer.run()
    assert set(threading.enumerate()) <= threads
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("check", [1, 6, 12])
def test_a_cancelled_run_leaves_no_thread(check: int, tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    run = make_run(tmp_path, small_task(*QUICK), TokenAt(check))
    with pytest.raises(CancelledError):
        run.trainer.run()
    assert set(threading.enumerate()) <= threads
    assert "last.safetensors" in run.files()
