"""Numbers in words, one way for the whole app: every number has a unit, memory two significant digits or more."""


def bytes_text(num_bytes: float) -> str:
    """Memory as people know it from their system: '850 MB', '2.1 GB', '11 GB' (powers of 1000)."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        value = num_bytes / size
        if value >= 0.995:
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
    return f"{num_bytes:.0f} bytes"


def count_text(count: int) -> str:
    """An exact count with thousands separators: '129,375'."""
    return f"{count:,}"


def short_count_text(count: int) -> str:
    """A count where space is short: '8.1 M', '129 k', '912'."""
    for unit, size in (("M", 1_000_000), ("k", 10_000)):
        if count >= size:
            value = count / (1_000_000 if unit == "M" else 1_000)
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
    return f"{count:,}"


def duration_text(seconds: float) -> str:
    """A duration in words, as exact as is useful: '14 min', '1 h 5 min', '40 s'."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"


def share_text(share: float) -> str:
    """A share as a percentage without decimals: '42 %'."""
    return f"{share * 100:.0f} %"
