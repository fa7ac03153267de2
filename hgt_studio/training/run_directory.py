"""The folder of a run: `run.toml`, `metrics.jsonl`, `checkpoints/`, `embeddings.parquet`, `manifest.json`."""

import json
from dataclasses import asdict
from pathlib import Path

from hgt_studio.config import RunConfig, load_config, save_config
from hgt_studio.errors import ConfigError, RunDirectoryError
from hgt_studio.training.events import EpochDone, Evaluated, Event, StepsDone


class RunDirectory:
    """Paths and records of one run. Nothing is written before `create`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config_path = path / "run.toml"
        self.metrics_path = path / "metrics.jsonl"
        self.manifest_path = path / "manifest.json"
        self.embeddings_path = path / "embeddings.parquet"
        self.last_checkpoint = path / "checkpoints" / "last.safetensors"
        self.best_checkpoint = path / "checkpoints" / "best.safetensors"

    def check_free(self, *, resume: bool) -> None:
        """Raise `RunDirectoryError` if the folder holds a run already and `resume` is not asked for."""
        if self.last_checkpoint.exists() and not resume:
            raise RunDirectoryError(
                f"{self.path}: holds a run already; give --resume to go on with it, or another folder"
            )

    def create(self, config: RunConfig, *, resume: bool) -> None:
        """Make the folder and write the settings.

        Raises:
            RunDirectoryError: it holds a run already and `resume` is not asked for, or it cannot be written.
        """
        self.check_free(resume=resume)
        try:
            self.last_checkpoint.parent.mkdir(parents=True, exist_ok=True)
            save_config(config, self.config_path)
            if not resume:
                self.metrics_path.write_text("")
                self.best_checkpoint.unlink(missing_ok=True)  # of a run that was killed before its first `last`
        except OSError as error:
            raise RunDirectoryError(
                f"{self.path}: cannot be written ({error.strerror}); choose another folder"
            ) from None

    def update(self, config: RunConfig) -> None:
        """Write changed settings, so that a resumed run goes on with them."""
        save_config(config, self.config_path)

    def config(self) -> RunConfig:
        """The settings of the run.

        Raises:
            RunDirectoryError: there is no run here, or its settings are broken.
        """
        if not self.config_path.is_file():
            raise RunDirectoryError(f"{self.path}: is not a run directory (it has no run.toml); train into it first")
        try:
            return load_config(self.config_path)
        except ConfigError as error:
            raise RunDirectoryError(str(error)) from None

    def record(self, event: Event) -> None:
        """Append an event that belongs in the record of the run, as one line of JSON."""
        if isinstance(event, StepsDone | EpochDone | Evaluated):
            line = json.dumps({"event": type(event).__name__, **asdict(event)})
            with self.metrics_path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
