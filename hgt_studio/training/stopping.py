"""When to stop early: a pure record of the watched metric."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EarlyStopping:
    """The best value so far and how many evaluations ago it was. patience = 0 never stops."""

    patience: int
    best: float = -math.inf
    since_best: int = 0

    def after(self, value: float) -> "EarlyStopping":
        """The record after another evaluation; larger is better, and a value that is not a number is no improvement."""
        if value > self.best:
            return EarlyStopping(self.patience, value, 0)
        return EarlyStopping(self.patience, self.best, self.since_best + 1)

    @property
    def improved(self) -> bool:
        """Whether the last evaluation was the best."""
        return self.since_best == 0

    @property
    def should_stop(self) -> bool:
        return 0 < self.patience <= self.since_best
