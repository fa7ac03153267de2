"""Numbers that come one by one and are drawn many times."""

from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_FIRST_CAPACITY: Final = 64


class Series:
    """Points (x, y) in the order they came; the arrays grow by doubling."""

    def __init__(self) -> None:
        self._points: FloatArray = np.empty((2, _FIRST_CAPACITY))
        self._count = 0

    def append(self, x: float, y: float) -> None:
        """Add a point."""
        if self._count == self._points.shape[1]:
            self._points = np.concatenate((self._points, np.empty_like(self._points)), axis=1)
        self._points[:, self._count] = x, y
        self._count += 1

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> FloatArray:
        """A view. shape: (len(self),)."""
        return self._points[0, : self._count]

    @property
    def y(self) -> FloatArray:
        """A view. shape: (len(self),)."""
        return self._points[1, : self._count]

    @property
    def last(self) -> float | None:
        """The newest value."""
        return float(self.y[-1]) if self._count else None
