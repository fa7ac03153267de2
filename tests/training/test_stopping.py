"""Early stopping: the record itself, and the runs that it ends."""

import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.model.checkpoint import load_checkpoint
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.events import Evaluated, RunEnded
from hgt_studio.training.stopping import EarlyStopping
from tests.helpers.batches import small_task
from tests.helpers.runs import make_run

VALUES = st.lists(st.one_of(st.floats(0, 1), st.just(math.nan)), min_size=1, max_size=30)


@given(values=VALUES, patience=st.integers(0, 5))
def test_the_record_of_a_metric(values: list[float], patience: int) -> None:
    record = EarlyStopping(patience)
    for number, value in enumerate(values):
        record = record.after(value)
        seen = [-math.inf if math.isnan(v) else v for v in values[: number + 1]]
        assert record.best == max(seen)
        without = number - seen.index(max(seen)) if max(seen) > -math.inf else number + 1
        assert record.since_best == without
        assert record.improved == (without == 0)
        assert record.should_stop == (0 < patience <= without)


def test_a_run_that_learns_nothing_stops_after_its_patience(tmp_path: Path) -> None:
    still = ("training.learning_rate=1e-30", "training.num_epochs=30", "training.patience=2")
    run = make_run(tmp_path, small_task(*still, "evaluation.max_edges_per_relation=5"))
    run.finish()
    (ended,) = run.told(RunEnded)
    assert (ended.reason, ended.epochs) == ("no improvement", 3)
    validations = [event for event in run.told(Evaluated) if event.edges == "validation"]
    assert [event.evaluations_since_best for event in validations] == [0, 1, 2]


def test_the_best_state_is_kept_loaded_and_tested(tmp_path: Path) -> None:
    """With a rate this high the small graph is soon learned by heart: the best validation comes before the last."""
    task = small_task("training.learning_rate=0.02", "training.num_epochs=12", "training.patience=0")
    run = make_run(tmp_path, task)
    evaluation = run.finish()
    validations = [event for event in run.told(Evaluated) if event.edges == "validation"]
    mrr = [event.metrics["validation"]["mrr"] for event in validations]
    best = validations[mrr.index(max(mrr))]
    assert best.epoch < 12
    kept = HGTNetwork.for_graph(task.config, task.graph)
    state = load_checkpoint(run.directory.best_checkpoint, kept)
    assert (state.step, state.best) == (best.step, max(mrr))
    network = run.trainer.network
    assert all(a.equal(b) for a, b in zip(network.parameters(), kept.parameters(), strict=True))
    tested = run.trainer.judge.evaluate(kept, "test", 1 << 24)
    assert evaluation.to_dict() == tested.to_dict() == run.told(Evaluated)[-1].metrics
    again = run.trainer.judge.evaluate(kept, "validation", 1 << 24)
    assert again.micro["mrr"] == max(mrr)


def test_without_held_out_edges_the_last_state_counts(tmp_path: Path) -> None:
    task = small_task("data.validation_share=0.0", "data.test_share=0.0")
    run = make_run(tmp_path, task)
    assert run.trainer.run() is None
    assert run.told(Evaluated) == []
    assert list(run.files()) == ["last.safetensors"]
    last = HGTNetwork.for_graph(task.config, task.graph)
    load_checkpoint(run.directory.last_checkpoint, last)
    assert all(a.equal(b) for a, b in zip(run.trainer.network.parameters(), last.parameters(), strict=True))
