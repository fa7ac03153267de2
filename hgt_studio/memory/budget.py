"""What there is to spend, and the verdict on what a run needs; it advises and never blocks."""

from typing import Literal

Verdict = Literal["safe", "tight", "unsafe"]
SAFE_SHARE, TIGHT_SHARE = 0.75, 0.85


def live_budget(recommended_bytes: int, available_bytes: int) -> int:
    """The lesser of what the device recommends for one process and what the system has available now."""
    return min(recommended_bytes, available_bytes)


def verdict(needed_bytes: int, budget_bytes: int) -> Verdict:
    """safe below 75 % of the budget, tight up to 85 %, unsafe above."""
    if needed_bytes < SAFE_SHARE * budget_bytes:
        return "safe"
    return "tight" if needed_bytes <= TIGHT_SHARE * budget_bytes else "unsafe"
