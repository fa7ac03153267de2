"""The row of numbers of a run, and how they are worked out of its history."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PySide6.QtWidgets import QGridLayout, QWidget

from hgt_studio.app.state.run_history import RunHistory
from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.widgets.section_title import SecondaryLabel
from hgt_studio.app.widgets.tabular_figures import use_tabular_figures
from hgt_studio.app.wording import count_text, duration_text, share_text
from hgt_studio.config import RunConfig

_NONE: Final = "–"
_SPEED_REPORTS: Final = 21  # the median of so many: a pause or an evaluation does not disturb it
HELP: Final = {
    "Epoch": "Epochs done of those planned",
    "Speed": "Seed nodes trained on in a second",
    "Time left": "Training and evaluations that are still to come, if all epochs are done",
    "Sampling": "Share of the time in which the device waited for sampled batches; the rest it computed",
    "Learning rate": "Of the last step",
    "Dropped edges": "Sampled edges that found no room in a batch since the start; more room if it is not 0",
}


def seconds_left(history: RunHistory, config: RunConfig) -> float | None:
    """Until training ends, if it goes through all epochs; None while nothing is known."""
    started, steps = history.started, history.steps
    if started is None or steps is None:
        return None
    speed = float(np.median(history.seeds_per_second.y[-_SPEED_REPORTS:]))
    steps_left = started.steps_per_epoch * started.num_epochs - steps.step
    evaluation = float(np.mean(history.evaluation_seconds.y)) if len(history.evaluation_seconds) else 0.0
    every = config.evaluation.every_epochs or started.num_epochs
    evaluations_left = started.num_epochs // every - steps.epoch // every
    return steps_left * started.seeds_per_step / speed + evaluations_left * evaluation


def run_figures(history: RunHistory, config: RunConfig, *, is_active: bool) -> dict[str, str]:
    """The figures under their titles."""
    started, steps, left = history.started, history.steps, seconds_left(history, config)
    if started is None or steps is None or left is None:
        return dict.fromkeys(HELP, _NONE)
    return {
        "Epoch": f"{count_text(steps.epoch)} / {count_text(started.num_epochs)}",
        "Speed": f"{count_text(round(steps.seeds_per_second))} seeds/s",
        "Time left": duration_text(left) if is_active else _NONE,
        "Sampling": f"{share_text(steps.waiting_share)} waiting",
        "Learning rate": f"{steps.learning_rate:.2g}",
        "Dropped edges": count_text(steps.dropped_edges),
    }


class FiguresRow(QWidget):
    """Titles in the secondary colour above their figures, side by side in columns of one width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(16)
        layout.setVerticalSpacing(0)
        self._values: dict[str, ElidedLabel] = {}
        for column, (title, help_text) in enumerate(HELP.items()):
            name, value = SecondaryLabel(title), ElidedLabel(_NONE)
            use_tabular_figures(value)
            value.setAccessibleName(title)
            for label in (name, value):
                label.setToolTip(help_text)
            layout.addWidget(name, 0, column)
            layout.addWidget(value, 1, column)
            layout.setColumnStretch(column, 1)
            self._values[title] = value

    def show_figures(self, figures: Mapping[str, str]) -> None:
        """Show these under their titles."""
        for title, text in figures.items():
            self._values[title].setText(text)
