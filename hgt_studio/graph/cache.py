"""Keeps graphs read before in the user's cache folder, so that a table opens at once the next time.

An entry is found by the identity of the file and of the column mapping; it is checked in every part, never trusted.
"""

import hashlib
import json
import os
from pathlib import Path

import platformdirs

from hgt_studio.atomic_file import atomic_write
from hgt_studio.config import ColumnMapping
from hgt_studio.errors import HgtStudioError
from hgt_studio.graph.file_format import readable
from hgt_studio.graph.graph_file import FORMAT_VERSION, BrokenGraphFileError, open_graph_file, write_graph_file
from hgt_studio.graph.knowledge_graph import KnowledgeGraph

MAX_ENTRIES = 8
_SUFFIX = ".graph"
_SAMPLES = 16
_SAMPLE_BYTES = 1 << 14


class CacheWriteError(HgtStudioError):
    """The cache cannot be written. Reading goes on without it, and says so in a note."""


def cache_folder() -> Path:
    """Where the entries lie: `HGT_STUDIO_CACHE_DIR` if that is set, else the platform's folder for caches."""
    override = os.environ.get("HGT_STUDIO_CACHE_DIR")
    return Path(override) if override else platformdirs.user_cache_path("hgt-studio", appauthor=False) / "graphs"


def cache_key(path: Path, mapping: ColumnMapping | None) -> str:
    """Changes when the file (path, size, time, sampled content), the mapping or the format of the cache changes.

    Raises:
        InputError: the file cannot be read.
    """
    with readable(path):
        resolved = path.resolve(strict=True)
        status = resolved.stat()
        identity = [FORMAT_VERSION, str(resolved), status.st_size, status.st_mtime_ns]
        columns = None if mapping is None else mapping.model_dump()
        digest = hashlib.blake2b(json.dumps([identity, columns]).encode(), digest_size=16)
        with resolved.open("rb") as file:
            for sample in range(_SAMPLES + 1):
                file.seek(max(0, status.st_size - _SAMPLE_BYTES) * sample // _SAMPLES)
                digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def open_cached(key: str) -> KnowledgeGraph | None:
    """The graph kept under a key; None if there is none, or it is broken."""
    path = cache_folder() / (key + _SUFFIX)
    try:
        graph = open_graph_file(path)
        os.utime(path)  # the entries used last are kept
    except (OSError, BrokenGraphFileError):
        return None
    return graph


def store(graph: KnowledgeGraph, key: str) -> None:
    """Keep a graph, all or nothing, and drop the entries least recently used beyond `MAX_ENTRIES`.

    Raises:
        CacheWriteError: the folder cannot be written.
    """
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(folder / (key + _SUFFIX), CacheWriteError) as file:
            write_graph_file(graph, file)
        entries = sorted(folder.glob("*" + _SUFFIX), key=lambda entry: entry.stat().st_mtime, reverse=True)
        for entry in entries[MAX_ENTRIES:]:
            entry.unlink(missing_ok=True)
    except OSError as error:
        raise CacheWriteError(f"{folder}: {error.strerror}") from error
