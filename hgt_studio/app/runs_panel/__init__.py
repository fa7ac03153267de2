"""The Runs tab: what was trained, compared, resumed, noted and deleted."""

from hgt_studio.app.runs_panel.panel import RunsPanel

__all__ = ["RunsPanel"]
