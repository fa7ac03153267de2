"""The bundle that helps to understand a fault: log, versions, settings, devices. No graph data, no folder names."""

import json
import platform
import re
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Final

from hgt_studio.app.engine import EngineInfo
from hgt_studio.atomic_file import atomic_write
from hgt_studio.config import RunConfig
from hgt_studio.config.settings_file import to_toml
from hgt_studio.errors import ExportError
from hgt_studio.version import VERSION

# The folders of a path, up to the last slash before a colon, a quote or the end of the line.
_FOLDERS: Final = re.compile(r"""(?<![\w.])(?:~|[A-Za-z]:)?[/\\][^:"'\n]*[/\\]""")


def write_diagnostics(path: Path, log_folder: Path, config: RunConfig, info: EngineInfo | None) -> None:
    """Write the zip file.

    Raises:
        ExportError: the file cannot be written.
    """
    facts = {
        "hgt_studio": VERSION,
        "system": platform.platform(),
        "machine": platform.machine(),
        "versions": info.versions if info else "the engine has not started",
        "devices": [asdict(device) for device in info.devices] if info else [],
    }
    with atomic_write(path, ExportError) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("facts.json", json.dumps(facts, indent=2))
        bundle.writestr("run.toml", without_folders(to_toml(config)))
        for log in sorted(log_folder.glob("*.log*")):
            bundle.writestr(log.name, without_folders(log.read_text(encoding="utf-8", errors="replace")))


def without_folders(text: str) -> str:
    """The text with every absolute path cut to its last part."""
    return _FOLDERS.sub("", text)
