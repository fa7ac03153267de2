"""Every device that works here keeps its promises: counters that follow the tensors, seeds, states to resume from."""

from collections.abc import Iterator

import pytest
import torch

from hgt_studio.device import Device, all_devices

MIB = 2**20


@pytest.fixture(params=[device.name for device in all_devices()])
def device(request: pytest.FixtureRequest) -> Iterator[Device]:
    found = next(device for device in all_devices() if device.name == request.param)
    reason = found.reason_unavailable()
    if reason is not None:
        pytest.skip(reason)
    yield found
    found.empty_cache()


def test_counters_follow_a_tensor(device: Device) -> None:
    device.seed(0)  # starts the device, whose own memory must not count
    device.reset_peak()
    before = device.memory()
    tensor = torch.ones(256 * MIB // 4, device=device.torch_device())
    device.synchronize()
    during = device.memory()
    del tensor
    device.empty_cache()
    after = device.memory()
    assert during.allocated_bytes - before.allocated_bytes == pytest.approx(256 * MIB, rel=0.05)
    if not device.unified:  # else other processes move it too
        assert before.available_bytes - during.available_bytes == pytest.approx(256 * MIB, rel=0.5)
    assert after.allocated_bytes == pytest.approx(before.allocated_bytes, abs=16 * MIB)
    assert after.driver_bytes < during.driver_bytes
    assert after.peak_bytes >= during.allocated_bytes
    device.reset_peak()
    assert device.memory().peak_bytes < during.allocated_bytes


def test_memory_is_ordered(device: Device) -> None:
    memory = device.memory()
    assert 0 <= memory.allocated_bytes <= memory.driver_bytes <= memory.total_bytes
    assert 0 < memory.available_bytes <= memory.total_bytes
    assert 0 < memory.recommended_bytes <= memory.total_bytes


def test_a_seed_fixes_the_numbers_of_device_and_cpu(device: Device) -> None:
    def draw() -> list[torch.Tensor]:
        return [torch.rand(8), torch.rand(8, device=device.torch_device()).cpu()]

    device.seed(7)
    first = draw()
    device.seed(8)
    other = draw()
    device.seed(7)
    again = draw()
    for a, b, c in zip(first, again, other, strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)


def test_a_random_state_resumes_where_it_was_taken(device: Device) -> None:
    device.seed(7)
    torch.rand(3, device=device.torch_device())
    state = device.random_state()
    assert all(values.device.type == "cpu" and values.dtype == torch.uint8 for values in state.values())
    expected = torch.rand(8), torch.rand(8, device=device.torch_device())
    device.seed(1)
    device.set_random_state(state)
    actual = torch.rand(8), torch.rand(8, device=device.torch_device())
    assert all(torch.equal(a, b) for a, b in zip(expected, actual, strict=True))


def test_a_state_of_another_device_restores_the_cpu_part(device: Device) -> None:
    state = {"cpu": torch.get_rng_state(), "another": torch.zeros(16, dtype=torch.uint8)}
    expected = torch.rand(8)
    device.set_random_state(state)
    assert torch.equal(torch.rand(8), expected)


def test_the_fused_optimizer_is_there_where_promised(device: Device) -> None:
    assert device.has_fused_optimizer
    weight = torch.nn.Parameter(torch.ones(4, device=device.torch_device()))
    weight.grad = torch.ones_like(weight)
    torch.optim.AdamW([weight], lr=0.1, weight_decay=0.0, fused=True).step()
    assert weight.detach().cpu() == pytest.approx(torch.full((4,), 0.9), rel=1e-4)


def test_a_limit_makes_cuda_fail_before_the_gpu_is_full() -> None:
    cuda = next(device for device in all_devices() if device.name == "cuda")
    reason = cuda.reason_unavailable()
    if reason is not None:
        pytest.skip(reason)
    share = 0.05
    cuda.set_memory_limit(share)
    try:
        with pytest.raises(torch.OutOfMemoryError):
            torch.empty(int(cuda.memory().total_bytes * 2 * share), dtype=torch.uint8, device="cuda")
    finally:
        cuda.set_memory_limit(1.0)
