"""The audit lets normal training through unchanged, sees all of it, and raises on each thing that MPS cannot take."""

from collections.abc import Callable

import pytest
import torch
from torch.nn import functional as F  # noqa: N812, as everybody writes it

from hgt_studio.device import mps_rules
from hgt_studio.device.audit import DeviceAudit
from hgt_studio.errors import DeviceError


def _network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(6, 8), torch.nn.LayerNorm(8), torch.nn.GELU(), torch.nn.Dropout(0.2), torch.nn.Linear(8, 4)
    )


def _train(network: torch.nn.Module, *, num_steps: int, batch_size: int = 10) -> torch.Tensor:
    """A few steps as they are done here: gather, attention-like softmax, scatter, clipping, fused AdamW."""
    torch.manual_seed(1)
    table = torch.nn.Parameter(torch.randn(20, 6))
    optimizer = torch.optim.AdamW([table, *network.parameters()], fused=True)
    total = torch.zeros(())
    for _ in range(num_steps):
        nodes = torch.randint(0, 20, (batch_size,))
        target = torch.randint(0, 5, (batch_size,))
        hidden = network(table.index_select(0, nodes))
        weight = torch.softmax((hidden @ hidden.mT) * 0.5, dim=-1)
        pooled = torch.zeros(5, 4).index_add(0, target, weight @ hidden)
        loss = F.softplus(pooled).logsumexp(dim=-1).mean() + F.cross_entropy(hidden, target.clamp(max=3))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        total += loss.detach()
    return torch.cat([total.view(1), table.detach().view(-1)])


def test_training_under_the_audit_gives_the_same_bits_and_needs_no_kernel_that_is_missing() -> None:
    expected = _train(_network(), num_steps=3)
    with DeviceAudit() as audit:
        network = _network()
        actual = _train(network, num_steps=3)
    assert torch.equal(actual, expected)
    assert audit.missing_kernels == []
    assert audit.calls["_fused_adamw_"] == 3
    assert audit.calls["native_layer_norm_backward"] == 3
    assert {"_foreach_norm.Scalar", "addmm", "index_select", "index_add", "logsumexp"} <= audit.calls.keys()


def test_calls_are_those_of_the_program_as_the_profiler_counts_them() -> None:
    table, nodes = torch.randn(9, 4), torch.tensor([1, 5])

    def program() -> None:
        rows = table.index_select(0, nodes)
        (rows @ rows.mT).logsumexp(dim=0).clamp_(min=0.0)

    with DeviceAudit() as audit:
        program()
    assert audit.calls == {"index_select": 1, "transpose.int": 1, "mm": 1, "logsumexp": 1, "clamp_": 1}


def test_composite_operations_are_followed_down_to_kernels() -> None:
    with DeviceAudit() as audit:
        torch.randn(4, 3).logsumexp(dim=1)
    assert {"amax", "exp_", "sum.IntList_out"} <= audit.reached
    assert "amax" not in audit.calls


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64, torch.float16, torch.float32])
@pytest.mark.parametrize("divisor", [3, 2.5])
def test_numbers_inside_a_composition_promote_as_they_do_without_the_audit(dtype: torch.dtype, divisor: float) -> None:
    for values in (torch.arange(5).to(dtype), torch.tensor(4).to(dtype)):
        with DeviceAudit() as audit:
            actual = values % divisor
        expected = values % divisor
        assert actual.dtype == expected.dtype
        assert torch.equal(actual, expected)
        assert "remainder.Tensor" in audit.reached


def test_a_composition_is_followed_in_inference_too() -> None:
    with torch.inference_mode(), DeviceAudit() as audit:
        torch.randn(4).isfinite().all()
    assert {"isfinite", "abs", "all"} <= audit.reached


def test_an_operation_without_an_mps_kernel_is_reported() -> None:
    with DeviceAudit() as audit:
        torch.segment_reduce(torch.randn(4, 2), "sum", lengths=torch.tensor([1, 3]))
    assert audit.missing_kernels == ["segment_reduce"]


def test_signatures_stand_still_when_shapes_do_and_grow_when_they_change() -> None:
    counts = []
    for num_steps in (1, 2, 20):
        with DeviceAudit() as audit:
            _train(_network(), num_steps=num_steps)
        counts.append(len(audit.signatures))
    assert counts[1] == counts[2]
    with audit:
        _train(_network(), num_steps=1, batch_size=11)
    assert len(audit.signatures) > counts[2]


def test_tensors_of_another_device_are_not_looked_at() -> None:
    with DeviceAudit("mps") as audit:
        torch.ones(2, dtype=torch.float64).add(1)
    assert not audit.calls
    assert not audit.reached


FLOAT64 = torch.zeros(2, dtype=torch.float64)
SPARSE = torch.eye(3).to_sparse()
WIDE = torch.ones(4, 6)
BATCH = torch.ones(4, 2, 3)
WEIGHT = torch.ones(4, 3, requires_grad=True)
OFFENCES: dict[str, tuple[Callable[[], object], str]] = {
    "float64 made": (lambda: torch.zeros(2, dtype=torch.float64), "zeros: .*float64"),
    "float64 given": (lambda: FLOAT64 + 1, "add.Tensor: .*float64"),
    "float64 in a list": (lambda: torch.cat([FLOAT64, FLOAT64]), "cat: .*float64"),
    "complex": (lambda: torch.complex(WIDE, WIDE), "complex: .*complex64"),
    "sparse": (lambda: SPARSE + SPARSE, "add.Tensor: .*sparse_coo"),
    "sparse gradient": (lambda: F.embedding(torch.tensor([1]), WEIGHT, sparse=True).mean().backward(), "sparse_coo"),
    "too large": (lambda: torch.zeros(1).expand(2**32 + 1), r"expand: .*2\^32"),
    "mask as index": (lambda: WIDE[torch.tensor([True, False, True, False])], "index.Tensor: .*bool"),
    "sliced operand": (lambda: WIDE[:, 1:4] @ torch.ones(3, 2), "mm: operand 'self'.*contiguous"),
    "stepped operand": (lambda: torch.ones(2, 6) @ WIDE[::2].mT, "mm: operand 'mat2'"),
    "expanded operand": (lambda: torch.ones(1, 3).expand(2, 3) @ torch.ones(3, 2), "mm: operand 'self'"),
    "permuted batch": (lambda: torch.bmm(BATCH.transpose(0, 1), torch.ones(2, 3, 5)), "bmm: operand 'self'"),
    "sliced weight": (lambda: F.linear(torch.ones(2, 3), WIDE[:, :3], torch.ones(4)), "addmm: operand 'mat2'"),
    "strided result": (
        lambda: torch.mm(WIDE, WIDE.mT, out=torch.ones(4, 8)[:, ::2]),
        "mm.out: 'out', which is written",
    ),
    "strided sum": (
        lambda: torch.ones(4, 2, 4)[:, :, ::2].baddbmm_(BATCH, BATCH.mT),
        "baddbmm_: 'self', which is written",
    ),
    "gradient that repeats one number": (
        lambda: F.linear(torch.ones(2, 3), WEIGHT).sum().backward(),
        "mm: operand 'self'.*strides",
    ),
}


@pytest.mark.parametrize("offence", OFFENCES)
def test_what_mps_cannot_take_raises_naming_the_operation(offence: str) -> None:
    act, message = OFFENCES[offence]
    act()  # torch itself takes it
    with pytest.raises(DeviceError, match=message), DeviceAudit():
        act()


def test_matrices_and_their_transposes_pass() -> None:
    a, b = torch.randn(3, 4), torch.randn(3, 4)
    batch, vector = torch.randn(2, 3, 4), torch.randn(4)
    rows = torch.randn(9, 4)[2:5]
    with DeviceAudit() as audit:
        a.t() @ b
        a @ b.t()
        rows @ b.t()
        batch @ batch.mT
        batch.mT @ batch
        torch.addmm(vector.expand(4, 4), a.t(), b)
        torch.mm(a, b.t(), out=torch.empty(6, 3)[3:])
        a @ vector
        torch.ones(4, 1)[:, :1] @ torch.ones(1, 3)
    assert audit.calls["mm"] == 4
    assert audit.calls["bmm"] == 2


def test_masks_that_keep_the_shape_and_whole_number_indices_pass() -> None:
    values = torch.randn(5)
    with DeviceAudit():
        torch.where(values > 0, values, 0.0).masked_fill_(values < -1, 2.0)
        values[torch.tensor([0, 3])] + values.index_select(0, torch.tensor([1, 2], dtype=torch.int32))


def test_exactly_two_to_the_32_elements_pass() -> None:
    mps_rules.check_tensor("expand", torch.zeros(1).expand(2**32))
    with pytest.raises(DeviceError, match="over 2\\^32"):
        mps_rules.check_tensor("expand", torch.zeros(1).expand(2, 2**31 + 1))
