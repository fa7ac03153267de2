"""What a run will need: estimate, verdict and fit. Free of torch, so that it answers at every keystroke."""

from hgt_studio.memory.budget import Verdict, live_budget, verdict
from hgt_studio.memory.estimate import MemoryEstimate, Part, estimate_memory
from hgt_studio.memory.fit import FITTABLE, FitResult, fit
from hgt_studio.memory.graph_sizes import GraphSizes

__all__ = [
    "FITTABLE", "FitResult", "GraphSizes", "MemoryEstimate", "Part", "Verdict", "estimate_memory", "fit",
    "live_budget", "verdict",
]  # fmt: skip
