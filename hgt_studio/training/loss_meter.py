"""Sums losses on the device; the host reads them a few times a second, never in a step."""

import torch
from torch import Tensor


class LossMeter:
    """Means of (total, link, contrastive) since the last reading, and over the epoch."""

    def __init__(self, device: torch.device) -> None:
        self._sums = torch.zeros(3, device=device)
        self._count = 0
        self._epoch_sums = [0.0, 0.0, 0.0]
        self._epoch_count = 0

    def add(self, losses: Tensor) -> None:
        """Add (total, link, contrastive) of one batch. No synchronisation."""
        self._sums += losses
        self._count += 1

    def read(self) -> tuple[float, float, float]:
        """Means since the last reading. Waits for the device (a synchronisation point)."""
        sums: list[float] = self._sums.tolist()
        count = max(1, self._count)
        self._epoch_sums = [a + b for a, b in zip(self._epoch_sums, sums, strict=True)]
        self._epoch_count += self._count
        self._sums.zero_()
        self._count = 0
        total, link, contrastive = (value / count for value in sums)
        return total, link, contrastive

    def end_epoch(self) -> tuple[float, float, float]:
        """Means over the epoch; what was not read yet must have been read."""
        total, link, contrastive = (value / max(1, self._epoch_count) for value in self._epoch_sums)
        self._epoch_sums, self._epoch_count = [0.0, 0.0, 0.0], 0
        return total, link, contrastive
