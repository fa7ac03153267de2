"""What a run directory says about its run. Read in a worker thread: a folder may hold many."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from hgt_studio.app.state.recorded_events import RecordedEvent, read_recorded_events
from hgt_studio.atomic_file import atomic_write
from hgt_studio.config import RunConfig
from hgt_studio.errors import RunDirectoryError
from hgt_studio.training.events import EpochDone, Evaluated
from hgt_studio.training.run_directory import RunDirectory

RunState = Literal["finished", "interrupted", "failed"]
NOTES_FILE: Final = "notes.txt"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A saved state. step: None if the file is broken."""

    kind: Literal["best", "last"]
    path: Path
    step: int | None
    size_bytes: int
    saved: datetime


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as its directory tells it. config: None if `run.toml` is broken.

    state: an interrupted run has a checkpoint to resume from, a failed one has none. worked_on: the last time.
    facts: what ran, in words, by title.
    """

    directory: Path
    worked_on: datetime
    graph: str
    state: RunState
    config: RunConfig | None
    epochs: tuple[EpochDone, ...]
    evaluations: tuple[Evaluated, ...]
    checkpoints: tuple[Checkpoint, ...]
    seconds: float
    peak_bytes: int | None
    notes: str
    facts: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def judged(self) -> Evaluated | None:
        """The test evaluation, else the best one on the validation edges."""
        tests = [event for event in self.evaluations if event.edges == "test"]
        best = [event for event in self.evaluations if event.is_best and event.edges == "validation"]
        return next(reversed(tests or best), None)

    def metric(self, name: str) -> float | None:
        """A metric of `judged`."""
        value: float | None = self.judged.metrics[self.judged.edges].get(name) if self.judged else None
        return value

    def metrics_by_relation(self) -> dict[str, Any]:
        """Of `judged`, a metric's value by its name for each relation; empty if there was no evaluation."""
        return self.judged.metrics.get("per_relation", {}) if self.judged else {}

    def metric_at(self, step: int | None, name: str) -> float | None:
        """A metric of the validation edges after that step."""
        found = [event for event in self.evaluations if event.step == step and event.edges == "validation"]
        value: float | None = found[-1].metrics["validation"].get(name) if found else None
        return value


def read_runs(folder: Path) -> list[RunRecord]:
    """All runs in a folder, the newest first; other folders are passed over. [] if there is no such folder.

    Raises:
        RunDirectoryError: something in it cannot be read.
    """
    if not folder.is_dir():
        return []
    try:
        runs = [read_run(path) for path in folder.iterdir() if RunDirectory(path).config_path.is_file()]
    except OSError as error:
        raise RunDirectoryError(
            f"{error.filename}: cannot be read ({error.strerror}); free it, then come back"
        ) from None
    return sorted(runs, key=lambda run: run.worked_on, reverse=True)


def read_run(directory: Path) -> RunRecord:
    """The run of a directory that has a `run.toml`; what is missing or broken beside it is left empty."""
    run = RunDirectory(directory)
    manifest, events = _manifest(run), read_recorded_events(run.metrics_path, with_steps=False)
    checkpoints = tuple(_checkpoints(run))
    epochs = tuple(event for event in events if isinstance(event, EpochDone))
    finished = bool(manifest.get("finished"))
    return RunRecord(
        directory=directory,
        worked_on=_worked_on(run, events),
        graph=Path(manifest.get("graph", {}).get("path", "")).name,
        state="finished" if finished else "interrupted" if run.last_checkpoint.exists() else "failed",
        config=_config(run),
        epochs=epochs,
        evaluations=tuple(event for event in events if isinstance(event, Evaluated)),
        checkpoints=checkpoints,
        seconds=sum(manifest["seconds"].values()) if finished else sum(epoch.seconds for epoch in epochs),
        peak_bytes=manifest.get("peak_bytes"),
        notes=_notes(directory),
        facts=_facts(manifest),
    )


def write_notes(directory: Path, notes: str) -> None:
    """Keep notes beside the run.

    Raises:
        RunDirectoryError: they cannot be written.
    """
    with atomic_write(directory / NOTES_FILE, RunDirectoryError) as file:
        file.write(notes.encode())


def _manifest(run: RunDirectory) -> dict[str, Any]:
    try:
        found = json.loads(run.manifest_path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _facts(manifest: dict[str, Any]) -> dict[str, str]:
    graph = manifest.get("graph", {})
    facts = {
        "seed": manifest.get("seed"),
        "graph": graph.get("path"),
        "nodes": graph.get("num_nodes"),
        "edges": graph.get("num_edges"),
        "system": manifest.get("platform"),
        **manifest.get("versions", {}),
    }
    return {title: str(value) for title, value in facts.items() if value is not None}


def _config(run: RunDirectory) -> RunConfig | None:
    try:
        return run.config()
    except RunDirectoryError:
        return None


def _notes(directory: Path) -> str:
    path = directory / NOTES_FILE
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _worked_on(run: RunDirectory, events: list[RecordedEvent]) -> datetime:
    path = run.metrics_path if events else run.config_path
    return datetime.fromtimestamp(path.stat().st_mtime)


def _checkpoints(run: RunDirectory) -> list[Checkpoint]:
    paths: tuple[tuple[Literal["best", "last"], Path], ...] = (
        ("best", run.best_checkpoint),
        ("last", run.last_checkpoint),
    )
    return [
        Checkpoint(kind, path, _step(path), path.stat().st_size, datetime.fromtimestamp(path.stat().st_mtime))
        for kind, path in paths
        if path.is_file()
    ]


def _step(path: Path) -> int | None:
    """The step at which a checkpoint was saved; only the head of the file is read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return int(json.loads(file.metadata()["state"])["step"])
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None
