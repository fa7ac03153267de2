"""Settings survive the way to a file and back, and overrides mean what they say."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgt_studio.config import RunConfig, apply_overrides, load_config, save_config
from hgt_studio.config.settings_file import to_toml
from hgt_studio.errors import ConfigError

names = st.text(st.characters(codec="utf-8"), max_size=8)
several_names = st.lists(names, max_size=3)


@st.composite
def run_configs(draw: st.DrawFn) -> RunConfig:
    """Configurations with every kind of value: text, numbers, flags, choices, lists, not set, a table in a table."""
    heads = draw(st.integers(1, 64))
    layers = draw(st.integers(1, 6))
    hops = st.lists(st.integers(1, 100_000), min_size=layers, max_size=layers)
    data = {
        "columns": draw(st.none() | st.fixed_dictionaries({}, optional={"head": names, "tail_name": names})),
        "include_node_types": draw(st.none() | several_names),
        "exclude_relations": draw(several_names),
        "limit_nodes": draw(st.none() | st.integers(2)),
        "validation_share": draw(st.floats(0, 0.4)),
    }
    training = {
        "learning_rate": draw(st.floats(0, 1, exclude_min=True)),
        "contrastive_node_type": draw(names),
        "seed": draw(st.integers(0, 2**63 - 1)),
    }
    sections = {
        "data": data,
        "architecture": {"num_layers": layers, "num_heads": heads, "hidden_dim": heads * draw(st.integers(2, 64))},
        "sampling": {"num_neighbors": draw(hops), "num_samples": draw(hops), "filter_negatives": draw(st.booleans())},
        "training": training,
        "export": {"format": draw(st.sampled_from(["csv", "h5ad"])), "node_types": draw(st.none() | several_names)},
    }
    return RunConfig.build(sections)


@given(run_configs())
def test_toml_round_trip(tmp_path_factory: pytest.TempPathFactory, config: RunConfig) -> None:
    path = tmp_path_factory.mktemp("config") / "run.toml"
    save_config(config, path)
    assert load_config(path) == config


def test_a_saved_file_names_every_setting_that_is_set() -> None:
    text = to_toml(RunConfig())
    for section, values in RunConfig().model_dump().items():
        assert f"[{section}]" in text
        assert all((f"\n{name} = " in text) == (value is not None) for name, value in values.items())


def test_what_a_file_does_not_name_keeps_its_default(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("[training]\nnum_epochs = 3\n", encoding="utf-8")
    assert load_config(path) == RunConfig.build({"training": {"num_epochs": 3}})


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            b"[training]\nnum_epoch = 3\n",
            "run.toml: training.num_epoch: there is no such setting; did you mean 'num_epochs'?",
        ),
        (b"[training\n", "is not valid TOML"),
        (b"\xff\xfe", "cannot be read"),
        (None, "there is no such settings file"),
    ],
)
def test_a_bad_file_is_told_in_one_line(content: bytes | None, text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_saving_into_nowhere_is_our_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder"):
        save_config(RunConfig(), tmp_path / "missing" / "run.toml")
    assert os.listdir(tmp_path) == []


def test_overrides_read_every_kind_of_value() -> None:
    config = apply_overrides(
        RunConfig(),
        [
            "training.num_epochs=20", "training.learning_rate = 1e-4", "sampling.num_neighbors=[8, 4]",
            "architecture.decoder=dot", 'training.contrastive_node_type="gene/protein"', "device.cpu_fallback=false",
            "data.columns.head=subject", "data.include_node_types=['a b', 'β']", "data.limit_nodes=100",
        ],
    )  # fmt: skip
    assert config == RunConfig.build(
        {
            "training": {"num_epochs": 20, "learning_rate": 1e-4, "contrastive_node_type": "gene/protein"},
            "sampling": {"num_neighbors": (8, 4)},
            "architecture": {"decoder": "dot"},
            "device": {"cpu_fallback": False},
            "data": {"columns": {"head": "subject"}, "include_node_types": ("a b", "β"), "limit_nodes": 100},
        }
    )
    assert apply_overrides(config, ["data.limit_nodes=none"]).data.limit_nodes is None


def test_none_is_a_choice_where_there_is_one_of_that_name() -> None:
    config = apply_overrides(RunConfig(), ["export.normalisation=l2", "architecture.encoder=none"])
    assert config.architecture.encoder == "none"
    assert apply_overrides(config, ["export.normalisation=none"]).export.normalisation == "none"


def test_overrides_are_checked_together() -> None:
    config = apply_overrides(RunConfig(), ["architecture.num_layers=3", "sampling.num_neighbors=[9, 5, 2]"])
    assert (config.architecture.num_layers, config.sampling.num_neighbors) == (3, (9, 5, 2))
    with pytest.raises(ConfigError, match="give one number for each layer"):
        apply_overrides(RunConfig(), ["architecture.num_layers=3"])


@pytest.mark.parametrize("text", ["training.num_epochs", "=5", ""])
def test_an_override_without_a_name_or_a_value_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"write an override as section\.field=value"):
        apply_overrides(RunConfig(), [text])
