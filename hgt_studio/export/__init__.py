"""Embeddings out of the program: formats, preview and the manifest of a run."""

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
