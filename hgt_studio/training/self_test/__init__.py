"""The self-test of a device: does it compute what the CPU computes, how fast, and is it worth using?

small_run     a small training run with evaluation and export, in two configurations that take all paths
recording     the operations that such a run asks of a device, with their arguments
comparison    one recorded operation on the device and on the CPU: results and times
step_time     one whole training step of the default settings
report        all of it, and the advice
"""

from hgt_studio.training.self_test.report import DeviceReport, audit_device, check_device

__all__ = ["DeviceReport", "audit_device", "check_device"]
