"""The environment variables of MPS, set before torch reads them.

Torch reads PYTORCH_ENABLE_MPS_FALLBACK when it is imported and the watermark ratios when its MPS allocator starts
(https://docs.pytorch.org/docs/stable/mps_environment_variables.html). Every entry point therefore calls
`prepare_environment` before anything imports torch.

A value that the user exported wins over the settings, with two exceptions: a high watermark of 0.0, which lifts the
limit and lets macOS kill the process or panic, is replaced; and a low watermark above the high one, which makes torch
fail, is lowered to it.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hgt_studio.config import DeviceConfig
from hgt_studio.errors import DeviceError

FALLBACK: Final = "PYTORCH_ENABLE_MPS_FALLBACK"
HIGH_WATERMARK: Final = "PYTORCH_MPS_HIGH_WATERMARK_RATIO"
LOW_WATERMARK: Final = "PYTORCH_MPS_LOW_WATERMARK_RATIO"

# As the user exported them: kept from before our own first change, so that a later run may have other settings.
_EXPORTED: Final = {name: os.environ[name] for name in (FALLBACK, HIGH_WATERMARK, LOW_WATERMARK) if name in os.environ}


@dataclass(frozen=True, slots=True)
class MpsEnvironment:
    """What holds for this process.

    high_watermark, low_watermark: shares of the recommended working set.
    cpu_fallback: whether operations without an MPS kernel run on the CPU.
    late: variables that changed although torch was imported. Torch may have read the old values; on MPS,
        `Device.set_memory_limit(high_watermark)` still applies the limit, the other two wait for a restart.
    """

    high_watermark: float
    low_watermark: float
    cpu_fallback: bool
    late: tuple[str, ...] = ()


def prepare_environment(config: DeviceConfig) -> MpsEnvironment:
    """Set the three variables; call before torch is imported. The values mean something on macOS only.

    Raises:
        DeviceError: a variable that the user exported is not a number from 0 to 2.
    """
    high, low = _watermarks(config, _EXPORTED)
    values = {
        FALLBACK: _EXPORTED.get(FALLBACK, str(int(config.cpu_fallback))),
        HIGH_WATERMARK: str(high),
        LOW_WATERMARK: str(low),
    }
    changed = tuple(name for name, value in values.items() if os.environ.get(name) != value)
    os.environ.update(values)
    return MpsEnvironment(high, low, values[FALLBACK] == "1", late=changed if "torch" in sys.modules else ())


def _watermarks(config: DeviceConfig, exported: Mapping[str, str]) -> tuple[float, float]:
    """The high and the low ratio: the user's own where exported and safe, else the settings'."""
    high = _exported_ratio(exported, HIGH_WATERMARK) or config.high_watermark
    low = _exported_ratio(exported, LOW_WATERMARK)
    return high, min(config.low_watermark if low is None else low, high)


def _exported_ratio(exported: Mapping[str, str], name: str) -> float | None:
    if name not in exported:
        return None
    try:
        ratio = float(exported[name])
    except ValueError:
        ratio = -1.0
    if not 0.0 <= ratio <= 2.0:
        raise DeviceError(f"{name} is '{exported[name]}', not a number from 0 to 2; correct it or unset it")
    return ratio
