"""The hashes of `graph/hashing.py` in plain Python."""

GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def mixed(x: int) -> int:
    """SplitMix64's finaliser."""
    x &= _MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _MASK
    return x ^ x >> 31


def hashed(text: bytes) -> int:
    """FNV-1a, mixed."""
    state = 0xCBF29CE484222325
    for byte in text:
        state = (state ^ byte) * 0x100000001B3 & _MASK
    return mixed(state)
