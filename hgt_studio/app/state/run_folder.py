"""Where a new run goes, and which graph an old one was trained on."""

import json
from datetime import datetime
from itertools import count
from pathlib import Path

from hgt_studio.errors import RunDirectoryError
from hgt_studio.training.run_directory import RunDirectory


def new_run_folder(runs_folder: Path, graph_path: Path, now: datetime) -> Path:
    """A folder that does not exist yet, named after the graph and the time: 'kg 2026-11-22 23.15'."""
    name = f"{graph_path.name.split('.')[0]} {now:%Y-%m-%d %H.%M}"
    names = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(folder for folder in map(runs_folder.__truediv__, names) if not folder.exists())


def graph_of_run(directory: Path) -> Path:
    """The graph file that a run was trained on.

    Raises:
        RunDirectoryError: the run does not say, or the file is gone.
    """
    manifest = RunDirectory(directory).manifest_path
    try:
        path = Path(json.loads(manifest.read_text(encoding="utf-8"))["graph"]["path"])
    except (OSError, ValueError, KeyError, TypeError):
        raise RunDirectoryError(f"{directory.name}: does not say which graph it was trained on; train anew") from None
    if not path.exists():
        raise RunDirectoryError(f"{path}: the graph of this run is gone; put it back to go on")
    return path
