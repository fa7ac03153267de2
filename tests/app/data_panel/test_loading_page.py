"""Rate and time left, by a clock of its own."""

from hgt_studio.app.data_panel.loading_page import RateMeter
from hgt_studio.typing import Progress

MB = 1_000_000


def test_rate_and_time_left() -> None:
    now = [100.0]
    meter = RateMeter(lambda: now[0])
    assert meter.words(Progress("reading", 40 * MB, 1400 * MB, "bytes")) == "40 MB of 1.4 GB", "no rate at first"
    now[0] += 0.2
    assert meter.words(Progress("reading", 80 * MB, 1400 * MB, "bytes")) == "80 MB of 1.4 GB", "too early to tell"
    now[0] += 0.8
    assert meter.words(Progress("reading", 240 * MB, 1400 * MB, "bytes")) == "240 MB of 1.4 GB, 200 MB/s, 6 s left"


def test_another_phase_starts_anew() -> None:
    now = [0.0]
    meter = RateMeter(lambda: now[0])
    meter.words(Progress("writing sample graph", 0, 1000))
    now[0] += 1
    assert meter.words(Progress("writing sample graph", 500, 1000)) == "500 rows of 1,000 rows, 500 rows/s, 1 s left"
    assert meter.words(Progress("reading", 5 * MB, 10 * MB, "bytes")) == "5.0 MB of 10 MB"
