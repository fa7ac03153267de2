"""When the cache is emptied."""

import pytest

from hgt_studio.config import DeviceConfig
from hgt_studio.device import DeviceMemory, should_empty_cache


def _memory(*, idle_bytes: int) -> DeviceMemory:
    return DeviceMemory(
        total_bytes=2000, recommended_bytes=1000, available_bytes=500,
        allocated_bytes=100, driver_bytes=100 + idle_bytes, peak_bytes=100,
    )  # fmt: skip


@pytest.mark.parametrize(("idle_bytes", "expected"), [(0, False), (250, False), (251, True), (800, True)])
@pytest.mark.parametrize("is_epoch_end", [False, True])
def test_the_threshold_is_a_share_of_the_recommended_memory(
    idle_bytes: int, expected: bool, is_epoch_end: bool
) -> None:
    config = DeviceConfig(cache_policy="threshold", cache_threshold=0.25)
    assert should_empty_cache(config, _memory(idle_bytes=idle_bytes), is_epoch_end=is_epoch_end) is expected


@pytest.mark.parametrize("idle_bytes", [0, 900])
def test_the_other_policies_do_not_look_at_the_memory(idle_bytes: int) -> None:
    def empties(policy: str) -> tuple[bool, bool]:
        config = DeviceConfig.model_validate({"cache_policy": policy})
        memory = _memory(idle_bytes=idle_bytes)
        return (
            should_empty_cache(config, memory, is_epoch_end=False),
            should_empty_cache(config, memory, is_epoch_end=True),
        )

    assert empties("every_batch") == (True, True)
    assert empties("every_epoch") == (False, True)
    assert empties("never") == (False, False)
