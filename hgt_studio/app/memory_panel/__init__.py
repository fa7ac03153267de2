"""The memory of a run, always in sight."""

from hgt_studio.app.memory_panel.strip import MemoryStrip

__all__ = ["MemoryStrip"]
