"""The seed decides everything; how the batches are prefetched decides nothing."""

from pathlib import Path

import pytest

from tests.helpers.batches import small_task
from tests.helpers.runs import make_run

SHORT = ("training.num_epochs=1", "evaluation.max_edges_per_relation=5", "evaluation.max_test_edges_per_relation=5")


def checkpoints(folder: Path, *overrides: str) -> dict[str, bytes]:
    run = make_run(folder, small_task(*SHORT, *overrides))
    run.finish()
    return run.files()


@pytest.mark.parametrize("sampler", ["neighbour", "budget"])
def test_runs_with_one_seed_are_equal_whatever_prepares_the_batches(sampler: str, tmp_path: Path) -> None:
    settings = (f"sampling.sampler={sampler}", "sampling.num_samples=[8, 4]")
    expected = checkpoints(tmp_path / "0", *settings, "sampling.prefetch_threads=0")
    assert checkpoints(tmp_path / "1", *settings, "sampling.prefetch_threads=1") == expected
    four = ("sampling.prefetch_threads=4", "sampling.prefetch_batches=7")
    assert checkpoints(tmp_path / "4", *settings, *four) == expected


@pytest.mark.parametrize(
    "model", ["encoder=none", "node_embeddings=false", "name_features=true", "embedding_dropout=0.3"]
)
def test_every_kind_of_model_is_determined(model: str, tmp_path: Path) -> None:
    expected = checkpoints(tmp_path / "0", f"architecture.{model}", "sampling.prefetch_threads=0")
    assert checkpoints(tmp_path / "3", f"architecture.{model}", "sampling.prefetch_threads=3") == expected


def test_another_seed_gives_another_run(tmp_path: Path) -> None:
    first, second = checkpoints(tmp_path / "0"), checkpoints(tmp_path / "1", "training.seed=1")
    assert all(first[name] != second[name] for name in first)


def test_the_seed_of_the_split_stands_alone() -> None:
    task, other = small_task("training.seed=1"), small_task("data.split_seed=1")
    assert task.split.test.source.tolist() == small_task().split.test.source.tolist()
    assert task.split.test.source.tolist() != other.split.test.source.tolist()
