"""What a device's allocator hands out for what it is asked: blocks are rounded up."""

from hgt_studio.typing import DeviceKind

_MIB = 1 << 20
_SMALL_STEP = 512
_LARGE = 10 * _MIB
_LARGE_STEP = 2 * _MIB
_UNSPLIT = _MIB


def fresh_slack(num_bytes: int, device: DeviceKind) -> int:
    """What rounding adds to a block from new memory.

    Torch's caching allocator rounds to 512 bytes, from 10 MiB on to 2 MiB, and gives a rest of up to 1 MiB away with
    the block (`c10/cuda/CUDACachingAllocator.cpp`). For MPS the same is assumed.
    """
    if device == "cpu":
        return 0
    rest = -num_bytes % _LARGE_STEP
    if num_bytes >= _LARGE and rest <= _UNSPLIT:
        return rest
    return -num_bytes % _SMALL_STEP


def reuse_slack(num_bytes: int, device: DeviceKind) -> int:
    """What rounding adds to a block that comes and goes: from 1 MiB on it is often cut from a free one, and a rest of
    up to 1 MiB stays with it; half of that is what is expected."""
    if device != "cpu" and num_bytes >= _UNSPLIT:
        return _UNSPLIT // 2
    return fresh_slack(num_bytes, device)
