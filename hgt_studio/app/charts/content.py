"""What a chart shows: curves, horizontal levels, and one marked point."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hgt_studio.app.theme import Verdict

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A line through points. x, y: finite, x ascending; shape: (num_points,).

    colour: number in the theme's series. is_faint: a backdrop, pale and without a name at its end. guides_range:
    whether the chart grows until all of the curve is seen.
    """

    name: str
    x: FloatArray
    y: FloatArray
    colour: int
    is_faint: bool = False
    guides_range: bool = True

    def is_like(self, other: "Curve") -> bool:
        """Whether the other looks the same."""
        same_style = (self.name, self.colour, self.is_faint) == (other.name, other.colour, other.is_faint)
        return same_style and np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y)

    def value_at(self, x: float) -> float | None:
        """The value of the point nearest to `x`; None beside the curve."""
        if not len(self.x) or not self.x[0] <= x <= self.x[-1]:
            return None
        right = int(np.searchsorted(self.x, x))
        left = max(0, right - 1)
        return float(self.y[left if x - self.x[left] < self.x[right] - x else right])


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line, as a limit. It never squeezes the curves: far above them, only its name is seen."""

    name: str
    value: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Marker:
    """A point that stands out."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that a chart shows at one time."""

    curves: tuple[Curve, ...] = ()
    levels: tuple[Level, ...] = ()
    marker: Marker | None = None
    is_empty: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_empty", not any(len(curve.x) for curve in self.curves))

    def is_like(self, other: "Content") -> bool:
        """Whether the other looks the same."""
        if (self.levels, self.marker, len(self.curves)) != (other.levels, other.marker, len(other.curves)):
            return False
        return all(mine.is_like(its) for mine, its in zip(self.curves, other.curves, strict=True))


def number_text(value: float) -> str:
    """A value as it stands beside a curve: '0.412', '12.3', '1,250'."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
