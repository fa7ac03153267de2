"""What a chart shows, worked out without drawing."""

import itertools
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.app.charts.content import Content, Curve, Level, number_text
from hgt_studio.app.charts.end_labels import spread
from hgt_studio.app.charts.ranges import full_range

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


def curve(*y: float, **options: bool) -> Curve:
    return Curve("loss", np.arange(len(y), dtype=float), np.array(y), 0, **options)


@given(st.lists(NUMBERS, min_size=1, max_size=20, unique=True), st.floats(-2e6, 2e6, allow_nan=False))
def test_the_crosshair_reads_the_nearest_point(xs: list[float], x: float) -> None:
    xs.sort()
    line = Curve("loss", np.array(xs), np.arange(len(xs), dtype=float), 0)
    value = line.value_at(x)
    if xs[0] <= x <= xs[-1]:
        assert value is not None
        assert abs(xs[int(value)] - x) == min(abs(each - x) for each in xs)
    else:
        assert value is None


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=12))
def test_labels_never_overlap_and_stay_inside_while_there_is_room(wanted: list[float]) -> None:
    placed = spread(wanted, 10.0, 200.0)
    ordered = sorted(placed)
    assert all(after - before >= 10 - 1e-6 for before, after in itertools.pairwise(ordered))
    assert ordered[0] >= 5 - 1e-6
    assert ordered[-1] <= 195 + 1e-6
    by_wish = sorted(range(len(wanted)), key=lambda index: wanted[index])
    assert [placed[index] for index in by_wish] == ordered, "their order is that of the values"


def test_labels_with_room_stay_where_they_belong() -> None:
    assert spread([150.0, 20.0, 90.0], 10.0, 200.0) == [150.0, 20.0, 90.0]


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_all_points_are_in_sight(ys: list[float]) -> None:
    (left, right), (low, high) = full_range(Content((curve(*ys),)), is_log=False, from_zero=False)
    assert left < 0 <= len(ys) - 1 < right
    assert low < min(ys) <= max(ys) < high


def test_memory_has_an_honest_zero() -> None:
    _, (low, high) = full_range(Content((curve(5.0, 6.0),)), is_log=False, from_zero=True)
    assert low == 0
    assert 6 < high < 7


def test_a_far_limit_does_not_squeeze_the_curves_and_a_near_one_is_seen() -> None:
    def top(level: float) -> float:
        content = Content((curve(1.0, 2.0),), (Level("limit", level, "unsafe"),))
        return full_range(content, is_log=False, from_zero=True)[1][1]

    assert top(80.0) < 3
    assert top(3.5) > 3.5


def test_what_does_not_guide_the_range_is_left_out_of_it() -> None:
    content = Content((curve(1.0, 2.0), Curve("available", np.arange(2.0), np.array([60.0, 61.0]), 1, False, False)))
    assert full_range(content, is_log=False, from_zero=True)[1][1] < 3


def test_on_a_log_scale_zero_stands_with_the_lowest_positive_value() -> None:
    _, (low, high) = full_range(Content((curve(0.0, 0.1, 100.0),)), is_log=True, from_zero=True)
    assert math.isclose((low + high) / 2, 0.5)
    assert low < -1 < 2 < high


def test_numbers_beside_curves() -> None:
    assert [number_text(value) for value in (0.41234, 12.34, 1250.4, 0.0)] == ["0.412", "12.3", "1,250", "0"]
