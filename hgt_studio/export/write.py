"""Write embeddings in the format the user chose."""

import hashlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from hgt_studio.atomic_file import atomic_write
from hgt_studio.config import ExportConfig, ExportFormat
from hgt_studio.errors import ExportError
from hgt_studio.export.preview import expected_bytes
from hgt_studio.export.table import EmbeddingTable, ExportRows, select_rows
from hgt_studio.export.writers import WRITERS, Writer
from hgt_studio.typing import CancelToken, ProgressCallback


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that an export wrote; `sha256` in hexadecimal."""

    path: Path
    format: ExportFormat
    rows: int
    size_bytes: int
    sha256: str


def write_embeddings(
    table: EmbeddingTable,
    path: Path,
    config: ExportConfig,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> tuple[WrittenFile, ...]:
    """Write what `config` asks for; each file is whole or not there, and an older one stays when writing fails.

    path: the file; for the projector a folder, made if need be, that gets `vectors.tsv` and `metadata.tsv`.

    Raises:
        ExportError: the folder is missing, there is no permission, no space, or a value that cannot be written.
        InputError: a node type of the filter is unknown.
        CancelledError: the user stopped the export.
    """
    rows = select_rows(table, config, progress, cancel)
    writers = WRITERS[config.format]
    made_folder = "" not in writers and _make_folder(path)
    try:
        return _write_together(rows, {path / name: write for name, write in writers.items()})
    except BaseException:
        if made_folder:
            with suppress(OSError):
                path.rmdir()
        raise


def _make_folder(path: Path) -> bool:
    """Whether the folder had to be made."""
    if path.is_dir():
        return False
    try:
        path.mkdir()
    except OSError as error:
        raise ExportError(f"{path}: the folder cannot be made ({error.strerror}); choose another") from None
    return True


def _write_together(rows: ExportRows, writers: dict[Path, Writer]) -> tuple[WrittenFile, ...]:
    """All files are complete before the first takes its place."""
    written = []
    with ExitStack() as open_files:
        for path, write in writers.items():
            file = open_files.enter_context(atomic_write(path, ExportError, expected_bytes(rows, write)))
            write(rows, file)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            written.append(WrittenFile(path, rows.config.format, len(rows), file.tell(), digest))
    return tuple(written)
