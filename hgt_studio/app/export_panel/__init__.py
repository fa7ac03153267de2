"""Embeddings out of the program."""

from hgt_studio.app.export_panel.panel import ExportPanel

__all__ = ["ExportPanel"]
