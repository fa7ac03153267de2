"""What is gathered from the events of a run, and what a run directory remembers of them."""

import math
from pathlib import Path

import numpy as np
import pytest

from hgt_studio.app.state.recorded_events import read_recorded_events
from hgt_studio.app.state.run_history import RunHistory
from hgt_studio.app.state.series import Series
from hgt_studio.training.events import PhaseStarted
from hgt_studio.training.run_directory import RunDirectory
from tests.helpers.run_events import GB, STEPS_PER_EPOCH, evaluated, run_events, steps_done


def history_of(*mrr: float) -> RunHistory:
    history = RunHistory()
    for event in run_events(mrr):
        history.add(event)
    return history


def test_a_series_keeps_every_point_in_order() -> None:
    series = Series()
    for number in range(1000):
        series.append(number, number**2)
    assert series.x.tolist() == list(range(1000))
    assert series.y.tolist() == [number**2 for number in range(1000)]
    assert series.last == 999**2


def test_losses_stand_at_fractions_of_epochs_and_are_smoothed() -> None:
    history = history_of(0.1, 0.2)
    steps = np.arange(1, 2 * STEPS_PER_EPOCH + 1)
    np.testing.assert_allclose(history.loss["batch"].x, steps / STEPS_PER_EPOCH)
    np.testing.assert_allclose(history.loss["batch"].y, 4 / steps)
    expected = [3 / steps[0]]
    for value in 3 / steps[1:]:
        expected.append(0.9 * expected[-1] + 0.1 * value)
    np.testing.assert_allclose(history.loss["link"].y, expected)
    assert history.epoch_loss.y.tolist() == [1.0, 0.5]


def test_quality_leaves_out_what_could_not_be_computed() -> None:
    history = history_of(0.1, 0.3, 0.2)
    assert history.quality["mrr"].y.tolist() == [0.1, 0.3, 0.2]
    assert len(history.quality["auroc"]) == 0
    assert history.cosine["gene"].y.tolist() == [0.2] * 3
    assert history.best is not None
    assert history.validation is not None
    assert (history.best.epoch, history.validation.evaluations_since_best) == (2, 1)


def test_the_test_edges_are_no_point_of_the_curves() -> None:
    history = history_of(0.1)
    history.add(evaluated(1, 0.9, edges="test"))
    assert history.quality["mrr"].y.tolist() == [0.1]
    assert history.test is not None


def test_memory_is_kept_in_bytes_over_seconds() -> None:
    history = history_of(0.1)
    assert history.memory["allocated"].y.tolist() == [2 * GB] * STEPS_PER_EPOCH
    assert history.memory["available"].last == 6 * GB
    assert history.memory["process"].x.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_the_first_batches_are_the_warm_up() -> None:
    history = RunHistory()
    phases = []
    for event in run_events([0.1, 0.2]):
        history.add(event)
        phases.append(history.phase)
    changes = [phase for before, phase in zip([None, *phases], phases, strict=False) if phase != before]
    assert changes == ["load", "prepare", "warm_up", "train", "evaluate", "save", "train", "evaluate", "save"]


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    run = RunDirectory(tmp_path)
    for event in run_events([0.1, 0.2]):
        run.record(event)
    return run


def test_recorded_events_come_back_as_they_were(directory: RunDirectory) -> None:
    told = list(run_events([0.1, 0.2]))
    back = read_recorded_events(directory.metrics_path, with_steps=True)
    assert back == [event for event in told if type(event) in {type(each) for each in back}]
    assert len(back) == 2 * (STEPS_PER_EPOCH + 2)
    without = read_recorded_events(directory.metrics_path, with_steps=False)
    assert without == [event for event in back if type(event) is not type(steps_done(1))]


def test_steps_that_a_resumed_run_did_again_count_once(directory: RunDirectory) -> None:
    again = [steps_done(step, seeds_per_second=1.0) for step in range(5, 8)]
    for event in again:
        directory.record(event)
    events = read_recorded_events(directory.metrics_path, with_steps=True)
    steps = [event.step for event in events]
    assert steps == sorted(steps)
    assert events[-3:] == again
    assert [event.step for event in events if isinstance(event, type(again[0]))] == list(range(1, 8))


def test_a_line_cut_short_and_foreign_lines_are_left_out(directory: RunDirectory) -> None:
    whole = read_recorded_events(directory.metrics_path, with_steps=True)
    with directory.metrics_path.open("a") as file:
        file.write('{"event": "SomethingNew", "step": 9}\n[1, 2]\n{"event": "StepsDone", "step": 9, "ep')
    assert read_recorded_events(directory.metrics_path, with_steps=True) == whole
    assert read_recorded_events(directory.path / "none.jsonl", with_steps=True) == []


def test_a_real_run_fills_every_group(tmp_path: Path) -> None:
    from tests.helpers.batches import small_task
    from tests.helpers.runs import make_run

    run = make_run(tmp_path, small_task("training.num_epochs=2"))
    run.finish()
    history = RunHistory()
    for event in [PhaseStarted("load"), *run.events]:
        history.add(event)
    assert history.started is not None
    planned = history.started.num_epochs
    assert history.loss["smoothed"].x[-1] == planned == len(history.epoch_loss)
    assert history.quality["mrr"].x.tolist() == list(range(1, planned + 1))
    assert all(math.isfinite(series.y.sum()) for series in (*history.health.values(), *history.cosine.values()))
    assert history.best is not None
    assert history.best.metrics["validation"]["mrr"] == history.quality["mrr"].y.max()
    recorded = read_recorded_events(run.directory.metrics_path, with_steps=True)
    assert recorded == [event for event in run.events if type(event) in {type(each) for each in recorded}]
