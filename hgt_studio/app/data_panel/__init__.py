"""The panel of the graph: open, look, filter."""

from hgt_studio.app.data_panel.panel import DataPanel

__all__ = ["DataPanel"]
