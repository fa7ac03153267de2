import pytest

from hgt_studio.config import RunConfig
from hgt_studio.errors import ConfigError
from hgt_studio.memory import GraphSizes, estimate_memory, fit, verdict

PRIMEKG = GraphSizes.primekg()
ALL = ("batch_size", "num_neighbors", "hidden_dim")
GIB = 2**30


@pytest.mark.parametrize("names", [("batch_size",), ("num_neighbors",), ("hidden_dim",), ALL])
@pytest.mark.parametrize("budget_gib", [1.2, 1.5, 3.0, 12.0])
def test_what_fits_is_safe_valid_and_changes_only_what_may_change(names: tuple[str, ...], budget_gib: float) -> None:
    before = RunConfig()
    result = fit(before, PRIMEKG, "mps", round(budget_gib * GIB), names)
    RunConfig.build(result.config.model_dump(mode="json"))
    needed_bytes = estimate_memory(result.config, PRIMEKG, "mps").needed_bytes
    assert result.estimate.needed_bytes == needed_bytes
    assert result.fits == (verdict(needed_bytes, round(budget_gib * GIB)) == "safe")
    changed = {
        name
        for section in ("architecture", "sampling", "training")
        for name, value in getattr(result.config, section)
        if getattr(getattr(before, section), name) != value
    }
    assert changed <= {*names, *(["gradient_accumulation_steps"] if "batch_size" in names else [])}
    assert len(result.changes) == len(changed)


@pytest.mark.parametrize("budget_gib", [0.9, 1.2, 1.5, 2.0, 3.0, 6.0])
def test_the_effective_batch_stays(budget_gib: float) -> None:
    result = fit(RunConfig(), PRIMEKG, "mps", round(budget_gib * GIB), ALL)
    assert result.config.sampling.batch_size * result.config.training.gradient_accumulation_steps == 2048


def test_more_memory_never_gives_a_smaller_batch() -> None:
    sizes = [
        fit(RunConfig(), PRIMEKG, "mps", round(gib * GIB), ("batch_size",)).config.sampling.batch_size
        for gib in (1.45, 1.6, 1.8, 2.0, 2.5, 4.0)
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < 512 < sizes[-1]


def test_the_next_larger_batch_would_not_be_safe() -> None:
    budget_bytes = round(1.8 * GIB)
    found = fit(RunConfig(), PRIMEKG, "mps", budget_bytes, ("batch_size",)).config
    sampling = found.sampling.model_copy(update={"batch_size": 2 * found.sampling.batch_size})
    larger = found.model_copy(update={"sampling": sampling})
    assert verdict(estimate_memory(larger, PRIMEKG, "mps").needed_bytes, budget_bytes) != "safe"


def test_what_cannot_fit_is_said_so_with_the_smallest_settings() -> None:
    result = fit(RunConfig(), PRIMEKG, "mps", 2**20, ALL)
    assert not result.fits
    assert result.config.architecture.hidden_dim == 32


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ConfigError, match="did you mean 'batch_size'"):
        fit(RunConfig(), PRIMEKG, "cpu", GIB, ["batchsize"])
