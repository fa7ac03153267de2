"""The embeddings of a run: a map, search, neighbours and predictions."""

from hgt_studio.app.explore_panel.panel import ExplorePanel

__all__ = ["ExplorePanel"]
