"""The columns of the table of runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hgt_studio.app.runs_panel.run_record import RunRecord
from hgt_studio.app.state.run_history import QUALITY_METRICS
from hgt_studio.app.wording import bytes_text, count_text, duration_text

_NONE: Final = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """text: as shown; key: as sorted, by default as shown. is_figure: numbers stand at the right."""

    title: str
    help: str
    text: Callable[[RunRecord], str]
    key: Callable[[RunRecord], float | str]
    is_figure: bool = True
    is_metric: bool = False


def _words(title: str, help_text: str, text: Callable[[RunRecord], str]) -> Column:
    return Column(title, help_text, text, lambda run: text(run).casefold(), is_figure=False)


def _metric(name: str) -> Column:
    def value(run: RunRecord) -> float:
        found = run.metric(name)
        return -1.0 if found is None else found

    def text(run: RunRecord) -> str:
        return _NONE if run.metric(name) is None else f"{value(run):.3f}"

    title = QUALITY_METRICS[name]
    return Column(
        title, f"{title} of the test edges; pale: of the validation edges so far", text, value, is_metric=True
    )


def _date(run: RunRecord) -> str:
    return f"{run.worked_on:%Y-%m-%d %H:%M}"


def _peak(run: RunRecord) -> str:
    return bytes_text(run.peak_bytes) if run.peak_bytes else _NONE


STATE: Final = _words("State", "An interrupted run can be resumed", lambda run: run.state)
NOTES: Final = _words("Notes", "Yours; a double click or F2 edits them", lambda run: run.notes)
DATE: Final = Column("Date", "When it was last worked on", _date, lambda run: run.worked_on.timestamp())
COLUMNS: Final = (
    _words("Name", "Folder of the run", lambda run: run.name),
    DATE,
    _words("Graph", "File it was trained on", lambda run: run.graph or _NONE),
    STATE,
    Column("Epochs", "Epochs done", lambda run: count_text(len(run.epochs)), lambda run: len(run.epochs)),
    _metric("mrr"),
    _metric("hits@10"),
    _metric("auroc"),
    Column("Time", "Of training and export", lambda run: duration_text(run.seconds), lambda run: run.seconds),
    Column("Peak memory", "Largest device memory", _peak, lambda run: run.peak_bytes or 0),
    NOTES,
)
