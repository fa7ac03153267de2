"""The tree, its sums and its speed; whether its numbers are right is asked in test_estimate_against_allocations."""

import time
from statistics import median

import pytest

from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.memory import GraphSizes, Part, estimate_memory, live_budget, verdict
from hgt_studio.typing import DeviceKind

PRIMEKG = GraphSizes.primekg()


def leaves(parts: tuple[Part, ...]) -> int:
    return sum(leaves(part.parts) if part.parts else part.num_bytes for part in parts)


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
def test_every_tree_adds_up_to_its_peak_and_every_part_says_its_formula(device: DeviceKind) -> None:
    estimate = estimate_memory(RunConfig(), PRIMEKG, device)
    for phase, tree in estimate.trees.items():
        assert leaves(tree) == estimate.peak_bytes[phase]
        todo = list(tree)
        for part in todo:
            assert part.num_bytes > 0
            assert part.formula
            todo += part.parts
    names = {part.name for part in estimate.parts}
    assert {"node embeddings", "weights", "gradients", "optimiser state", "batch", "layer 1"} <= names
    assert ("allocator slack" in names) == (device != "cpu")


def test_node_embeddings_take_four_bytes_a_number() -> None:
    parts = {part.name: part.num_bytes for part in estimate_memory(RunConfig(), PRIMEKG, "mps").parts}
    assert parts["node embeddings"] == 129_375 * 256 * 4
    assert parts["optimiser state"] > 2 * parts["node embeddings"]


def test_the_rule_of_thumb_is_the_product_it_names() -> None:
    degree = 8_100_498 / 129_375
    assert estimate_memory(RunConfig(), PRIMEKG, "cpu").rule_of_thumb_bytes == round(2048 * degree * 2 * 256 * 4)


@pytest.mark.parametrize(
    ("larger", "phase"),
    [
        ("sampling.batch_size=4096", "train"),
        ("sampling.num_neighbors=[20,10]", "train"),
        ("architecture.hidden_dim=512", "train"),
        ("architecture.hidden_dim=512", "evaluate"),
        ("architecture.embedding_dim=1024", "export"),
        ("evaluation.memory_budget_mib=1024", "evaluate"),
    ],
)
def test_more_of_anything_needs_more_memory(larger: str, phase: str) -> None:
    for device in ("cpu", "mps"):
        before = estimate_memory(RunConfig(), PRIMEKG, device).peak_bytes
        after = estimate_memory(apply_overrides(RunConfig(), [larger]), PRIMEKG, device).peak_bytes
        assert after[phase] > before[phase]  # type: ignore[index]


def test_an_estimate_takes_milliseconds() -> None:
    config = RunConfig()

    def seconds() -> float:
        start = time.perf_counter()
        estimate_memory(config, PRIMEKG, "mps")
        return time.perf_counter() - start

    assert median(seconds() for _ in range(30)) < 0.01  # 1.4 ms on a quiet machine, and tests run on busy ones


@pytest.mark.parametrize(
    ("needed", "expected"), [(74, "safe"), (75, "tight"), (85, "tight"), (86, "unsafe"), (1000, "unsafe")]
)
def test_verdicts(needed: int, expected: str) -> None:
    assert verdict(needed, 100) == expected


def test_the_budget_is_the_lesser_of_what_is_recommended_and_what_there_is() -> None:
    assert live_budget(12, 7) == live_budget(7, 12) == 7
