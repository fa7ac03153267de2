"""`hgt-studio doctor` on a machine with only a CPU."""

import json

import pytest
import torch

from hgt_studio.cli.main import run
from hgt_studio.training.self_test import report


def test_the_audit_lists_every_operation_and_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--device", "cpu", "--audit", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["missing"] == []
    assert {"bmm", "_fused_adamw_", "index_add_", "scatter_reduce_.two"} <= found["operations"].keys()


def test_the_audit_fails_when_one_operation_has_no_kernel(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def reduce_segments(*_: object) -> None:
        torch.segment_reduce(torch.ones(3), "sum", lengths=torch.tensor([1, 2]))

    monkeypatch.setattr(report, "train_small", reduce_segments)
    assert run(["doctor", "--device", "cpu", "--audit"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert "segment_reduce HAS NO MPS KERNEL" in {" ".join(line.split()) for line in printed}
    assert printed[-1].endswith("1 without an MPS kernel")
