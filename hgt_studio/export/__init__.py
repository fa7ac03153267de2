"""Embeddings out of the program: formats, preview and the manifest of a run."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from hgt_studio.export.manifest import build_manifest, write_manifest
from hgt_studio.export.preview import ExportPreview, preview_export
from hgt_studio.export.table import EmbeddingTable
from hgt_studio.export.write import WrittenFile, write_embeddings

__all__ = [
    "EmbeddingTable",
    "ExportPreview",
    "WrittenFile",
    "build_manifest",
    "preview_export",
    "write_embeddings",
    "write_manifest",
]


class _Room(ModuleType):
    """Once this room is imported, `hgt_studio.export` is the room: calling it calls the function of that name."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        return import_module("hgt_studio.library").export(*arguments, **settings)


sys.modules[__name__].__class__ = _Room
