"""Texts of torch and numpy about lack of memory, real ones where this machine can provoke them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.device import OutOfMemory, parse_out_of_memory
from hgt_studio.errors import OutOfMemoryError

MIB, GIB = 2**20, 2**30
UNITS = {"bytes": 1, "KiB": 2**10, "KB": 2**10, "MiB": MIB, "MB": MIB, "GiB": GIB, "GB": GIB, "TiB": 2**40}
sizes = st.tuples(st.integers(1, 102_300), st.sampled_from(sorted(UNITS)))


def _text(size: tuple[int, str]) -> str:
    return f"{size[0]} bytes" if size[1] == "bytes" else f"{size[0] / 100:.2f} {size[1]}"


def _bytes(size: tuple[int, str]) -> float:
    return size[0] if size[1] == "bytes" else size[0] / 100 * UNITS[size[1]]


@given(requested=sizes, allocated=sizes, other=sizes, limit=sizes, pool=st.sampled_from(["private", "shared"]))
def test_mps(
    requested: tuple[int, str], allocated: tuple[int, str], other: tuple[int, str], limit: tuple[int, str], pool: str
) -> None:
    text = (
        f"MPS backend out of memory (MPS allocated: {_text(allocated)}, other allocations: {_text(other)}, "
        f"max allowed: {_text(limit)}). Tried to allocate {_text(requested)} on {pool} pool. Use "
        "PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.0 to disable upper limit for memory allocations (may cause system failure)."
    )
    found = parse_out_of_memory(RuntimeError(text))
    assert found is not None
    assert found.device == "mps"
    assert found.requested_bytes == pytest.approx(_bytes(requested), abs=1)
    assert found.allocated_bytes == pytest.approx(_bytes(allocated), abs=1)
    assert found.limit_bytes == pytest.approx(_bytes(limit), abs=1)


def test_mps_buffer_beyond_the_largest_there_can_be() -> None:
    found = parse_out_of_memory(RuntimeError("Invalid buffer size: 14.50 GiB"))
    assert found == OutOfMemory("mps", requested_bytes=round(14.5 * GIB))


def test_mps_command_buffer_that_found_no_memory() -> None:
    text = "Command buffer execution failed: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"
    assert parse_out_of_memory(RuntimeError(text)) == OutOfMemory("mps")


def test_cuda_text() -> None:
    text = (
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.06 GiB is "
        "free. Including non-PyTorch memory, this process has 78.04 GiB memory in use. Of the allocated memory "
        "77.01 GiB is allocated by PyTorch, and 512.50 MiB is reserved by PyTorch but unallocated."
    )
    found = parse_out_of_memory(torch.OutOfMemoryError(text))
    assert found == OutOfMemory("cuda", 2 * GIB, round(77.01 * GIB), round(79.11 * GIB))


def test_cuda_text_with_a_limit() -> None:
    text = (
        "CUDA out of memory. Tried to allocate 7.92 GiB. GPU 0 has a total capacity of 79.18 GiB of which 78.66 GiB "
        "is free. 3.96 GiB allowed; Of the allocated memory 0 bytes is allocated by PyTorch, and 0 bytes is reserved."
    )
    found = parse_out_of_memory(torch.OutOfMemoryError(text))
    assert found == OutOfMemory("cuda", round(7.92 * GIB), 0, round(3.96 * GIB))


@pytest.mark.parametrize("text", ["CUDA error: out of memory", "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling x"])
def test_cuda_libraries_without_numbers(text: str) -> None:
    assert parse_out_of_memory(RuntimeError(text)) == OutOfMemory("cuda")


def test_the_real_cuda_error() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no NVIDIA GPU here")
    total_bytes = torch.cuda.mem_get_info()[1]
    with pytest.raises(torch.OutOfMemoryError) as caught:
        torch.empty(2 * total_bytes, dtype=torch.uint8, device="cuda")
    found = parse_out_of_memory(caught.value)
    assert found is not None
    assert found.device == "cuda"
    assert found.requested_bytes == pytest.approx(2 * total_bytes, rel=0.01)
    assert found.limit_bytes == pytest.approx(total_bytes, rel=0.01)


def test_the_real_error_of_torch_on_the_cpu() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50, dtype=torch.uint8)
    assert parse_out_of_memory(caught.value) == OutOfMemory("cpu", requested_bytes=2**50)


def test_the_real_error_of_numpy() -> None:
    with pytest.raises(MemoryError) as caught:
        np.empty(2**50, dtype=np.uint8)
    assert parse_out_of_memory(caught.value) == OutOfMemory("cpu", requested_bytes=2**50)


def test_a_bare_memory_error_counts() -> None:
    assert parse_out_of_memory(MemoryError()) == OutOfMemory("cpu")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"),
        RuntimeError("CUDA error: device-side assert triggered"),
        ValueError("memory"),
        KeyboardInterrupt(),
    ],
)
def test_other_errors_are_left_alone(error: BaseException) -> None:
    assert parse_out_of_memory(error) is None


@pytest.mark.parametrize("device", ["mps", "cuda", "cpu"])
def test_our_error_is_one_plain_line_with_the_numbers(device: str) -> None:
    found = OutOfMemory(device, requested_bytes=512 * MIB, allocated_bytes=8 * GIB, limit_bytes=9 * GIB)
    error = found.to_error()
    assert isinstance(error, OutOfMemoryError)
    assert "512.0 MiB wanted, 8.00 GiB in use, 9.00 GiB at most" in str(error)
    assert found.advice in str(error)
    assert "WATERMARK" not in str(error)
    assert "\n" not in str(error)
    assert "(" not in str(OutOfMemory(device).to_error())
