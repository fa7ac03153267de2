"""When the cache of the device's allocator is emptied: a decision apart from the act."""

from hgt_studio.config import DeviceConfig
from hgt_studio.device.base import DeviceMemory


def should_empty_cache(config: DeviceConfig, memory: DeviceMemory, *, is_epoch_end: bool) -> bool:
    """Whether to empty the cache now, asked after each batch.

    "threshold" empties when more lies idle (driver minus allocated) than the set share of the recommended memory:
    freeing costs a wait for the device and the next batch allocates anew, so it is not a habit.
    """
    match config.cache_policy:
        case "every_batch":
            return True
        case "every_epoch":
            return is_epoch_end
        case "never":
            return False
        case "threshold":
            idle_bytes = memory.driver_bytes - memory.allocated_bytes
            return idle_bytes > config.cache_threshold * memory.recommended_bytes
