"""The Training tab: phases, progress, figures, notices and the four charts of a run."""

from hgt_studio.app.training_panel.panel import TrainingPanel

__all__ = ["TrainingPanel"]
