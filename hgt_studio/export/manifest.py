"""The manifest of a run: what was computed, from what, with what, and the files that came out."""

import hashlib
import json
import math
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from hgt_studio.atomic_file import atomic_write
from hgt_studio.config import RunConfig
from hgt_studio.errors import ExportError, InputError
from hgt_studio.export.write import WrittenFile
from hgt_studio.graph.knowledge_graph import KnowledgeGraph

PACKAGES = ("hgt-studio", "torch", "numpy", "numba", "pyarrow", "pandas", "scipy", "pydantic", "safetensors")


def build_manifest(
    config: RunConfig,
    graph: KnowledgeGraph,
    graph_file: Path,
    files: Iterable[WrittenFile],
    metrics: Mapping[str, Any],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """The manifest as plain values, ready for JSON; files are named without their folders.

    metrics: any nesting of plain values; what is not finite becomes null. seconds: how long each phase took.

    Raises:
        InputError: the graph file is gone.
    """
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **package_versions()},
        "platform": platform.platform(),
        "seed": config.training.seed,
        "graph": _describe_graph(graph, graph_file),
        "metrics": _finite(metrics),
        "seconds": dict(seconds),
        "files": [
            {"name": f.path.name, "format": f.format, "rows": f.rows, "size_bytes": f.size_bytes, "sha256": f.sha256}
            for f in files
        ],
        "config": config.model_dump(mode="json"),
    }


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest as JSON, atomically.

    Raises:
        ExportError: the file cannot be written.
    """
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    with atomic_write(path, ExportError) as file:
        file.write(f"{text}\n".encode())


def package_versions() -> dict[str, str]:
    """Versions as installed, without importing anything."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def _describe_graph(graph: KnowledgeGraph, path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size_bytes = file.tell()
    except OSError as error:
        raise InputError(f"{path}: cannot be read for the manifest ({error.strerror}); put it back") from None
    return {
        "name": path.name,
        "size_bytes": size_bytes,
        "sha256": digest,
        "num_nodes": graph.num_nodes,
        "num_edges": graph.num_edges,
        "node_types": dict(graph.counts_by_type()),
        "triplets": {str(triplet): count for triplet, count in graph.counts_by_triplet().items()},
    }


def _finite(value: Any) -> Any:
    """The same values with null for what JSON cannot hold."""
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
