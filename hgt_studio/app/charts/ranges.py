"""Which part of the plane a chart shows as long as nobody zooms."""

from typing import Final

import numpy as np

from hgt_studio.app.charts.content import Content, FloatArray

Range = tuple[float, float]

_MARGIN: Final = 0.04
_LEVEL_REACH: Final = 2.0  # a level up to this many times the highest curve is brought into sight


def full_range(content: Content, *, is_log: bool, from_zero: bool) -> tuple[Range, Range]:
    """The ranges of x and of y (its logarithm to base 10 if `is_log`) that show all that guides the range."""
    curves = [curve for curve in content.curves if len(curve.x)]
    guides = [curve for curve in curves if curve.guides_range] or curves
    x = float(min(curve.x[0] for curve in curves)), float(max(curve.x[-1] for curve in curves))
    low, high = float(min(np.min(curve.y) for curve in guides)), float(max(np.max(curve.y) for curve in guides))
    high = max([high, *(level.value for level in content.levels if level.value <= _LEVEL_REACH * high)])
    if is_log:
        floor = lowest_positive(content)
        return _widen(x), _widen((float(np.log10(max(low, floor))), float(np.log10(max(high, floor)))))
    return _widen(x), (0.0, high * (1 + _MARGIN) or 1.0) if from_zero and low >= 0 else _widen((low, high))


def lowest_positive(content: Content) -> float:
    """What stands for zero on a logarithmic scale."""
    lowest = (float(np.min(curve.y, where=curve.y > 0, initial=np.inf)) for curve in content.curves)
    return min((value for value in lowest if np.isfinite(value)), default=1.0)


def on_scale(y: FloatArray | np.float64, floor: float | None) -> FloatArray | np.float64:
    """The values, or their logarithms to base 10 with `floor` in place of all that is less."""
    return y if floor is None else np.log10(np.maximum(y, floor))


def _widen(range_: Range) -> Range:
    low, high = range_
    margin = (high - low) * _MARGIN or abs(high) * 0.1 or 1.0
    return low - margin, high + margin
