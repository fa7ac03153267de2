"""Settings that leave the window: as a file, as a command line, as Python."""

import shlex
from pathlib import Path
from pprint import pformat
from typing import Any, Final

from PySide6.QtWidgets import QFileDialog, QWidget

from hgt_studio.app.errors import show_error
from hgt_studio.app.state.settings import Settings
from hgt_studio.config import RunConfig, load_config
from hgt_studio.config.settings_file import changed_settings, override_text, save_config
from hgt_studio.errors import ConfigError

_FILTER: Final = "Settings (*.toml)"
_NO_GRAPH: Final = Path("kg.csv")


def save_settings(parent: QWidget, settings: Settings) -> None:
    """Ask for a file and write all settings into it."""
    dialog = QFileDialog(parent, "Save settings", str(Path.home() / "run.toml"), _FILTER)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("toml")

    def write(name: str) -> None:
        try:
            save_config(settings.config, Path(name))
        except ConfigError as error:
            show_error(parent, error)

    dialog.fileSelected.connect(write)
    _open(dialog)


def open_settings(parent: QWidget, settings: Settings) -> None:
    """Ask for a file and take its settings, undoably."""
    dialog = QFileDialog(parent, "Open settings", str(Path.home()), f"{_FILTER};;All files (*)")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)

    def read(name: str) -> None:
        try:
            settings.replace(load_config(Path(name)), f"Open {Path(name).name}")
        except ConfigError as error:
            show_error(parent, error)

    dialog.fileSelected.connect(read)
    _open(dialog)


def as_command_line(config: RunConfig, graph_path: Path | None) -> str:
    """The `hgt-studio train` that does what Train does; only what differs from the defaults is named."""
    words = ["hgt-studio", "train", str(graph_path or _NO_GRAPH), "--out", "run"]
    for path, value in changed_settings(config).items():
        words += ["--set", override_text(path, value)]
    return shlex.join(words)


def as_python(config: RunConfig, graph_path: Path | None) -> str:
    """The same with the library."""
    values: dict[str, Any] = {}
    for path, value in changed_settings(config).items():
        *sections, name = path.split(".")
        place = values
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
    lines = [f"    {str(graph_path or _NO_GRAPH)!r},", "    'run',"]
    if values:
        lines.append(f"    config={pformat(values, width=100)},".replace("\n", "\n    "))
    return "\n".join(["import hgt_studio", "", "result = hgt_studio.train(", *lines, ")", ""])


def _open(dialog: QFileDialog) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
