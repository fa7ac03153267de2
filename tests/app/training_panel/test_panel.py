"""The Training tab while a run tells of itself."""

from time import thread_time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from hgt_studio.app.charts import Chart
from hgt_studio.errors import TrainingError
from hgt_studio.training.events import BatchHalved, Notice
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.typing import Progress
from tests.helpers.run_events import GB, SEEDS_PER_STEP, STEPS_PER_EPOCH, run_events, steps_done

if TYPE_CHECKING:
    from tests.app.training_panel.conftest import Stage

LEFT = Qt.MouseButton.LeftButton


def figure(stage: "Stage", title: str) -> str:
    """The number under a title."""
    (label,) = [label for label in stage.panel.figures.findChildren(QLabel) if label.accessibleName() == title]
    return label.text()


def words(widget: object) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]  # type: ignore[attr-defined]


def names(chart: Chart) -> list[str]:
    return [curve.name for curve in chart.content.curves]


def test_before_a_run_every_chart_says_what_will_appear(stage: "Stage") -> None:
    for chart in stage.panel.charts:
        assert chart.content.is_empty
        assert chart.kind.empty_text in words(chart)
    assert stage.panel.phases.accessibleName() == "Phase: not begun"


def test_the_run_is_told_in_phases_numbers_and_curves(stage: "Stage") -> None:
    stage.begin()
    stage.tell(list(run_events([0.1, 0.3, 0.2]))[:-2])  # while the third evaluation goes on
    stage.until(lambda: figure(stage, "Epoch") == "3 / 10")
    assert figure(stage, "Speed") == "3,410 seeds/s"
    assert figure(stage, "Sampling") == "25 % waiting"
    assert figure(stage, "Dropped edges") == "7"
    assert [stage.panel.phases.state_of(phase) for phase in ("load", "train", "evaluate", "save")] == [
        "done", "done", "current", "todo",
    ]  # fmt: skip
    assert stage.panel.progress.whole.value() == 300
    assert "30 % of 10 epochs" in words(stage.panel.progress)
    assert names(stage.panel.loss) == ["batch", "smoothed", "link", "contrastive"]
    marker = stage.panel.quality.content.marker
    assert marker is not None
    assert (marker.x, marker.y, marker.text) == (2, 0.3, "best 0.3")
    assert "evaluations since best 0 of 10" in words(stage.panel.quality)


def test_time_left_counts_steps_and_evaluations(stage: "Stage") -> None:
    stage.settings.set_value("evaluation.every_epochs", 1)
    stage.begin()
    stage.tell(run_events([0.1] * 4))
    stage.until(lambda: figure(stage, "Epoch") == "4 / 10")
    seconds = SEEDS_PER_STEP * 6 * STEPS_PER_EPOCH / 3410 + 6 * 3.0
    assert seconds < 59
    assert figure(stage, "Time left") == f"{seconds:.0f} s"


def test_memory_is_drawn_in_gigabytes_with_limit_and_estimate(stage: "Stage") -> None:
    stage.panel.set_estimate(4 * GB)
    stage.begin()
    stage.tell(run_events([0.1]))
    stage.until(lambda: "allocated" in names(stage.panel.memory))
    content = stage.panel.memory.content
    assert content.curves[0].y.tolist() == [2.0] * STEPS_PER_EPOCH
    assert {level.name: level.value for level in content.levels} == {"limit": 11.0, "estimate": 4.0}
    stage.panel.set_limit(5 * GB)
    stage.until(lambda: any(level.value == 5.0 for level in stage.panel.memory.content.levels))


def test_the_health_chart_shows_the_chosen_figure_in_the_colours_of_the_types(stage: "Stage") -> None:
    stage.panel.set_node_types(["anatomy", "drug", "gene"])
    stage.begin()
    stage.tell(run_events([0.1]))
    stage.until(lambda: not stage.panel.health.content.is_empty)
    assert {curve.name: curve.colour for curve in stage.panel.health.content.curves} == {"gene": 2, "drug": 1}
    box = stage.panel.health_figure
    box.setFocus()
    stage.qtbot.keyClicks(box, "Eff")
    stage.until(lambda: names(stage.panel.health) == ["Effective rank"])
    assert "watch" in words(stage.panel.health)


def test_loading_shows_its_progress_and_training_takes_over(stage: "Stage") -> None:
    events = list(run_events([0.1]))
    stage.begin()
    stage.tell([events[0], Progress("reading", 1_200_000, 8_000_000)])
    stage.until(lambda: "Reading: 1.2 M of 8.0 M rows" in words(stage.panel.progress))
    assert stage.panel.progress.now.value() == 150
    stage.tell(events[1:])
    stage.until(lambda: f"Step 4 of {STEPS_PER_EPOCH} in this epoch" in words(stage.panel.progress))


def test_a_plateau_is_told_and_one_click_keeps_the_best(stage: "Stage") -> None:
    stage.begin()
    stage.tell(run_events([0.3, 0.1, 0.1, 0.1, 0.1, 0.1]))
    stage.until(lambda: "No better MRR for 5 evaluations" in stage.panel.advice.text())
    stage.qtbot.mouseClick(stage.panel.advice.stop, LEFT)
    assert stage.session.state == "stopping"
    assert stage.script.token is not None
    assert stage.script.token.finishing
    assert not stage.panel.advice.stop.isVisible()


def test_an_improvement_takes_the_advice_to_stop_back(stage: "Stage") -> None:
    stage.begin()
    stage.tell(run_events([0.3, 0.1, 0.1, 0.1, 0.1, 0.1]))
    stage.until(lambda: stage.panel.advice.stop.isVisible())
    stage.tell(list(run_events([0.4], first_epoch=7))[3:])
    stage.until(lambda: not stage.panel.advice.stop.isVisible())
    assert "No better" not in stage.panel.advice.text()


def test_a_smaller_batch_is_told(stage: "Stage") -> None:
    stage.begin()
    stage.tell([BatchHalved(256, 8, "short"), *run_events([0.1])])
    stage.until(lambda: "batches of 256 seeds, 8 for each step" in stage.panel.advice.text())


def test_how_a_run_failed_is_left_to_the_banner(stage: "Stage") -> None:
    stage.begin()
    stage.tell([*run_events([0.1]), TrainingError("the loss is not finite; lower training.learning_rate")])
    stage.until(lambda: stage.session.state == "failed")
    assert stage.panel.advice.text() == ""


def test_notes_are_kept_and_a_new_run_begins_without_them(stage: "Stage") -> None:
    stage.begin()
    stage.tell(
        [Notice("the graph has no diseases; the contrastive loss is off"), Notice("second"), *run_events([0.1]), "end"]
    )
    stage.until(lambda: stage.session.state == "done")
    assert stage.panel.advice.text() == "Second."
    assert stage.panel.advice.advice[0].text.startswith("The graph has no diseases")
    assert stage.panel.phases.accessibleName() == "Phase: all done"
    stage.begin()
    assert stage.panel.advice.advice == []
    stage.until(lambda: stage.panel.loss.content.is_empty)


def test_a_resumed_run_goes_on_where_its_curves_ended(stage: "Stage") -> None:
    run = RunDirectory(stage.directory)
    for event in run_events([0.1, 0.2, 0.3]):
        run.record(event)
    run.record(steps_done(3 * STEPS_PER_EPOCH + 1))  # after the checkpoint: done again
    stage.begin(resume=True)
    stage.tell(run_events([0.4], first_epoch=4))
    stage.until(lambda: figure(stage, "Epoch") == "4 / 10")
    stage.until(lambda: len(stage.panel.quality.content.curves) > 0)
    assert stage.panel.loss.content.curves[0].x.tolist() == [n / STEPS_PER_EPOCH for n in range(1, 17)]
    assert stage.panel.quality.content.curves[0].y.tolist() == [0.1, 0.2, 0.3, 0.4]


def test_a_small_window_gets_one_column_that_scrolls(stage: "Stage") -> None:
    def places() -> set[int]:
        return {chart.mapTo(stage.panel, chart.rect().topLeft()).x() for chart in stage.panel.charts}

    assert len(places()) == 2
    stage.panel.resize(1000, 560)
    stage.until(lambda: len(places()) == 1)
    assert all(chart.width() > 900 for chart in stage.panel.charts)
    stage.panel.resize(1200, 800)
    stage.until(lambda: len(places()) == 2)


def test_hours_of_events_leave_the_window_responsive(stage: "Stage") -> None:
    stage.begin()
    stage.tell(list(run_events([0.1]))[:5])
    stage.until(lambda: not stage.panel.loss.content.is_empty)
    events = [steps_done(step) for step in range(1, 3 * 3600 * 4)]  # three hours
    start = thread_time()
    for event in events:
        stage.session.event.emit(event)
    assert (thread_time() - start) / len(events) < 200e-6
    stage.until(lambda: len(stage.panel.loss.content.curves[0].x) > len(events))
    start = thread_time()
    stage.panel.refresh()
    assert thread_time() - start < 0.05
