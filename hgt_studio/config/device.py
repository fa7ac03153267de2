"""Where training runs and how its memory is managed."""

from typing import Literal

from pydantic import model_validator

from hgt_studio.config.field import Section, setting
from hgt_studio.typing import DeviceName

CachePolicy = Literal["threshold", "every_batch", "every_epoch", "never"]


class DeviceConfig(Section):
    """Device choice and the options of Metal Performance Shaders (MPS)."""

    name: DeviceName = setting("auto", "Device", "auto takes the best one that works: mps, then cuda, then cpu")
    high_watermark: float = setting(
        1.0, "Memory limit", "hard limit of MPS memory as a share of the recommended working set", gt=0.0, le=2.0
    )
    low_watermark: float = setting(
        0.8, "Soft limit", "share of the recommended working set above which MPS frees what it can", ge=0.0, le=2.0
    )
    cache_policy: CachePolicy = setting(
        "threshold",
        "Empty cache",
        "when cached device memory is given back: above a threshold, every batch, every epoch, never",
    )
    cache_threshold: float = setting(
        0.3, "Cache threshold", "share of the recommended working set that may lie idle in the cache", ge=0.0, le=1.0,
        advanced=True,
    )  # fmt: skip
    cuda_graphs: bool = setting(
        True, "CUDA graphs", "record a training step once and replay it, on NVIDIA GPUs; the results are the same",
        advanced=True,
    )  # fmt: skip
    cpu_fallback: bool = setting(
        True, "CPU fallback", "operations without an MPS kernel run on the CPU, and are reported", advanced=True
    )
    cpu_threads: int = setting(
        0, "CPU threads", "threads of one operation on the CPU; 0: torch decides", ge=0, le=512, advanced=True
    )

    @model_validator(mode="after")
    def _low_not_above_high(self) -> "DeviceConfig":
        if self.low_watermark > self.high_watermark:
            raise ValueError(
                f"low_watermark: {self.low_watermark} is above high_watermark = {self.high_watermark}; lower it"
            )
        return self
