import pytest

from hgt_studio.config import RunConfig
from hgt_studio.config.presets import PRESETS, find_preset
from hgt_studio.config.settings_file import apply_overrides, changed_settings, override_text
from hgt_studio.errors import ConfigError
from hgt_studio.memory import GraphSizes, estimate_memory


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_is_a_valid_configuration_that_overrides_can_write(preset: object) -> None:
    config = preset.config  # type: ignore[attr-defined]
    texts = [override_text(path, value) for path, value in changed_settings(config).items()]
    assert apply_overrides(RunConfig(), texts) == config


def test_presets_by_memory_fit_their_macs() -> None:
    """Two thirds of a Mac's memory is what Metal recommends; less than three quarters of that is safe."""
    primekg = GraphSizes.primekg()
    for gigabytes in (8, 16, 32, 64):
        config = find_preset(f"Mac with {gigabytes} GB").config
        assert estimate_memory(config, primekg, "mps").needed_bytes < 0.75 * gigabytes * 1e9 * 2 / 3


def test_the_effective_batch_is_the_same_in_all_presets_by_memory() -> None:
    for gigabytes in (8, 16, 32, 64):
        config = find_preset(f"Mac with {gigabytes} GB").config
        assert config.sampling.batch_size * config.training.gradient_accumulation_steps == 2048


def test_an_unknown_preset_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="did you mean 'Balanced'"):
        find_preset("balancd")
