"""The accelerators: one file each, how one is chosen and limited, who may call it, what its errors mean.

Importing this room does not import torch, so that `prepare_environment` can come before it. Two modules that do, and
are imported by themselves: `audit` and `mps_rules`, the conformance to MPS checked on any machine.
"""

from hgt_studio.device.base import Device, DeviceMemory
from hgt_studio.device.cache_policy import should_empty_cache
from hgt_studio.device.environment import MpsEnvironment, prepare_environment
from hgt_studio.device.host import HostMemory, read_host_memory
from hgt_studio.device.monitor import MemoryMonitor, MemoryReading
from hgt_studio.device.out_of_memory import OutOfMemory, parse_out_of_memory
from hgt_studio.device.ownership import assert_owner, claim_device
from hgt_studio.device.selection import DeviceDescription, all_devices, describe_devices, select_device

__all__ = [
    "Device",
    "DeviceDescription",
    "DeviceMemory",
    "HostMemory",
    "MemoryMonitor",
    "MemoryReading",
    "MpsEnvironment",
    "OutOfMemory",
    "all_devices",
    "assert_owner",
    "claim_device",
    "describe_devices",
    "parse_out_of_memory",
    "prepare_environment",
    "read_host_memory",
    "select_device",
    "should_empty_cache",
]
