"""The monitor samples the host from its own thread, passes the device's counters on, and leaves no thread behind."""

import threading
from queue import SimpleQueue

import numpy as np
import psutil
import pytest

from hgt_studio.device import DeviceMemory, MemoryMonitor, MemoryReading, claim_device
from hgt_studio.device.cpu import CpuDevice

DEVICE = DeviceMemory(
    total_bytes=6, recommended_bytes=5, available_bytes=4, allocated_bytes=3, driver_bytes=2, peak_bytes=1
)


def test_the_host_is_read_again_and_again() -> None:
    readings: SimpleQueue[MemoryReading] = SimpleQueue()
    with MemoryMonitor(readings.put, interval_seconds=0.01):
        first = readings.get(timeout=5)
        ballast = np.ones(2**27, dtype=np.uint8)
        readings_after = (readings.get(timeout=5) for _ in range(500))
        grown = first.host.process_bytes + 0.9 * ballast.nbytes
        later = next(reading for reading in readings_after if reading.host.process_bytes > grown)
    assert later.seconds > first.seconds >= 0
    assert first.host.total_bytes == psutil.virtual_memory().total
    assert 0 < first.host.available_bytes <= first.host.total_bytes
    assert first.device is None


def test_device_counters_are_handed_on_at_once_and_kept() -> None:
    readings: SimpleQueue[MemoryReading] = SimpleQueue()
    with MemoryMonitor(readings.put, interval_seconds=60) as monitor:
        assert readings.get(timeout=5).device is None
        monitor.record(DEVICE)
        assert readings.get(timeout=0.5).device == DEVICE

    with MemoryMonitor(readings.put, interval_seconds=0.01) as monitor:
        monitor.record(DEVICE)
        while readings.get(timeout=5).device is None:
            pass
        assert readings.get(timeout=5).device == DEVICE


def test_the_monitor_runs_beside_the_owner_of_the_device() -> None:
    readings: SimpleQueue[MemoryReading] = SimpleQueue()
    device = CpuDevice()
    with claim_device(), MemoryMonitor(readings.put, interval_seconds=0.01) as monitor:
        for _ in range(20):
            monitor.record(device.memory())
            readings.get(timeout=5)


def test_an_error_leaves_no_thread_and_no_more_readings() -> None:
    readings: SimpleQueue[MemoryReading] = SimpleQueue()
    before = threading.active_count()
    with pytest.raises(KeyError), MemoryMonitor(readings.put, interval_seconds=0.01):
        raise KeyError
    assert threading.active_count() == before


def test_the_end_does_not_wait_for_the_interval() -> None:
    readings: SimpleQueue[MemoryReading] = SimpleQueue()
    with MemoryMonitor(readings.put, interval_seconds=3600):
        readings.get(timeout=5)
    assert all(thread.name != "memory-monitor" for thread in threading.enumerate())
