"""A run that is stopped anywhere and resumed ends as one that was never stopped: bit for bit on the CPU."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from hgt_studio.errors import CancelledError, RunDirectoryError
from hgt_studio.training.evaluation import Evaluation
from hgt_studio.training.events import EpochDone, Evaluated, Event, RunEnded, RunStarted
from hgt_studio.typing import CancelToken
from tests.helpers.batches import small_task
from tests.helpers.runs import Run, TokenAt, make_run

LEARNS = (
    "training.learning_rate=0.003",
    "training.warmup_share=0.3",
    "evaluation.max_edges_per_relation=5",
    "training.checkpoint_every_epochs=2",
)


@dataclass(frozen=True)
class Reference:
    """A run that was never stopped. checks_at: how often the token had been looked at when an event was told."""

    run: Run
    evaluation: Evaluation
    checks_at: list[tuple[Event, int]]

    def checks(self, kind: type[Event], number: int) -> int:
        return [checks for event, checks in self.checks_at if isinstance(event, kind)][number - 1]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    token, checks_at = TokenAt(), []
    run = make_run(
        tmp_path_factory.mktemp("whole"),
        small_task(*LEARNS),
        token,
        lambda event: checks_at.append((event, token.checks)),
    )
    return Reference(run, run.finish(), checks_at)


STOPS = {
    "before the first batch": lambda reference: 1,
    "between the batches of a step": lambda reference: 2,
    "between the steps of an epoch": lambda reference: 3,
    "between two epochs": lambda reference: reference.checks(Evaluated, 2) + 1,
    "in an evaluation": lambda reference: reference.checks(EpochDone, 2) + 3,
    "in the last evaluation": lambda reference: reference.checks(EpochDone, 4) + 1,
    "in the test": lambda reference: reference.checks(RunEnded, 1) + 2,
}


@pytest.mark.parametrize("stop", STOPS)
def test_two_parts_equal_the_whole(stop: str, reference: Reference, tmp_path: Path) -> None:
    check = STOPS[stop](reference)
    first = make_run(tmp_path, small_task(*LEARNS), TokenAt(check))
    with pytest.raises(CancelledError):
        first.trainer.run()
    second = make_run(tmp_path, small_task(*LEARNS), resume=True)
    evaluation = second.finish()
    assert second.files() == reference.run.files()
    evaluated = [event.metrics for event in first.told(Evaluated) + second.told(Evaluated)]
    assert evaluated == [event.metrics for event in reference.run.told(Evaluated)]
    assert evaluation.to_dict() == reference.evaluation.to_dict()


@pytest.mark.parametrize(
    "model", ["encoder=none", "node_embeddings=false", "structural_features=true", "embedding_dropout=0.3"]
)
def test_two_parts_equal_the_whole_for_every_kind_of_model(model: str, tmp_path: Path) -> None:
    task = small_task(*LEARNS, "training.num_epochs=2", f"architecture.{model}")
    whole = make_run(tmp_path / "whole", task)
    expected = whole.finish()
    with pytest.raises(CancelledError):
        make_run(tmp_path / "parts", task, TokenAt(6)).trainer.run()
    last = make_run(tmp_path / "parts", task, resume=True)
    assert last.finish().to_dict() == expected.to_dict()
    assert last.files() == whole.files()


def test_a_run_stopped_twice(reference: Reference, tmp_path: Path) -> None:
    for check in (6, 2):
        with pytest.raises(CancelledError):
            make_run(tmp_path, small_task(*LEARNS), TokenAt(check), resume=check == 2).trainer.run()
    last = make_run(tmp_path, small_task(*LEARNS), resume=True)
    last.finish()
    assert last.files() == reference.run.files()


def test_the_record_goes_on_where_it_ended(tmp_path: Path) -> None:
    token = CancelToken()
    first = make_run(tmp_path, None, token, lambda event: token.cancel() if isinstance(event, EpochDone) else None)
    with pytest.raises(CancelledError):
        first.trainer.run()
    lines = first.directory.metrics_path.read_text().splitlines()
    second = make_run(tmp_path, resume=True)
    second.finish()
    assert second.told(RunStarted)[0].first_step == 2
    assert [event.epoch for event in second.told(EpochDone)] == [2, 3, 4]
    assert second.directory.metrics_path.read_text().splitlines()[: len(lines)] == lines


def test_a_finished_run_resumed_trains_no_more(reference: Reference) -> None:
    again = make_run(reference.run.directory.path, small_task(*LEARNS), resume=True)
    assert again.finish().to_dict() == reference.evaluation.to_dict()
    assert again.told(EpochDone) == []


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="no such checkpoint"):
        make_run(tmp_path, resume=True)
