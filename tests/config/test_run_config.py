"""Rules of the settings: every error is one line that names the setting, the value and the rule."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from hgt_studio.config import RunConfig
from hgt_studio.config.field import Section
from hgt_studio.config.run import SMALL_GRAPH_NODES
from hgt_studio.config.settings_file import apply_overrides, changed_settings
from hgt_studio.errors import ConfigError


def _fields(section: type[Section], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


SETTINGS = dict(_fields(RunConfig))


def _error(values: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        RunConfig.build(values)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"trainig": {}}, "trainig: there is no such section; did you mean 'training'?"),
        ({"training": {"epochs": 5}}, "training.epochs: there is no such setting; did you mean 'num_epochs'?"),
        ({"data": {"columns": {"haed": "x"}}}, "data.columns.haed: there is no such setting; did you mean 'head'?"),
        ({"training": {"num_epochs": 0}}, "training.num_epochs: got 0, input should be greater than or equal to 1"),
        ({"training": {"learning_rate": float("nan")}}, "training.learning_rate: got nan, input should be"),
        ({"training": 5}, "training: got 5, input should be"),
        (
            {"architecture": {"decoder": "mlp"}},
            "architecture.decoder: got 'mlp', input should be 'auto', 'dot', 'distmult', ",
        ),
        ({"architecture": {"decoder": "complex", "embedding_dim": 9}}, "architecture.embedding_dim: 9 is odd and the"),
        ({"sampling": {"num_neighbors": [10, 0]}}, "sampling.num_neighbors.1: got 0, input should be"),
    ],
)
def test_an_error_names_setting_value_and_rule(values: dict[str, Any], message: str) -> None:
    assert _error(values).startswith(message)


def test_all_errors_are_told_at_once() -> None:
    text = _error({"training": {"num_epochs": 0, "seed": -1}, "sampling": {"batch_size": 1}})
    assert all(name in text for name in ("training.num_epochs", "training.seed", "sampling.batch_size"))


@pytest.mark.parametrize(
    ("hidden_dim", "num_heads", "nearest"), [(250, 8, 248), (255, 8, 256), (3, 64, 64), (4095, 64, 4096), (2, 5, 5)]
)
def test_heads_must_divide_the_hidden_size_and_the_nearest_that_does_is_named(
    hidden_dim: int, num_heads: int, nearest: int
) -> None:
    text = _error({"architecture": {"hidden_dim": hidden_dim, "num_heads": num_heads}})
    assert text.startswith(f"architecture.hidden_dim: {hidden_dim} does not divide by num_heads = {num_heads}")
    assert text.endswith(f"is {nearest}")
    RunConfig.build({"architecture": {"hidden_dim": nearest, "num_heads": num_heads}})


def test_one_fan_out_for_each_layer_of_the_sampler_in_use() -> None:
    assert _error({"sampling": {"num_neighbors": [10]}}).startswith("sampling.num_neighbors: [10] has 1 numbers")
    assert _error({"sampling": {"sampler": "budget", "num_samples": [8]}}).startswith("sampling.num_samples: [8] has 1")
    RunConfig.build({"sampling": {"num_samples": [8]}})


def test_a_model_needs_something_that_tells_nodes_apart() -> None:
    text = _error({"architecture": {"encoder": "none", "node_embeddings": False}})
    assert text.startswith("architecture.node_embeddings: without them and with encoder = 'none'")
    RunConfig.build({"architecture": {"encoder": "none"}})
    RunConfig.build({"architecture": {"node_embeddings": False}})


def test_the_soft_limit_is_not_above_the_hard_one() -> None:
    text = _error({"device": {"low_watermark": 1.4, "high_watermark": 1.2}})
    assert text.startswith("device.low_watermark: 1.4 is above high_watermark = 1.2")


def test_settings_do_not_change_once_made() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RunConfig().training.num_epochs = 5  # type: ignore[misc]


def test_the_defaults_are_those_of_the_reference_but_for_batch_and_contrast() -> None:
    """The arguments of `generate_hgt_embeddings` in the script that this program replaces: 4 batches of 512 a step."""
    config = RunConfig()
    reference = {
        "architecture": {"embedding_dim": 512, "hidden_dim": 256, "num_layers": 2, "num_heads": 8},
        "sampling": {"batch_size": 4 * 512, "num_neighbors": (10, 5)},
        "training": {
            "num_epochs": 100, "learning_rate": 0.001, "contrastive_weight": 0.1, "similarity_threshold": 0.1,
        },
        "data": {"limit_nodes": None, "include_node_types": None},
    }  # fmt: skip
    assert config == RunConfig.build(reference)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_what_a_form_needs(name: str) -> None:
    field = SETTINGS[name]
    assert field.title
    assert field.description
    assert isinstance(field.json_schema_extra, dict)
    assert field.json_schema_extra.keys() == {"unit", "advanced"}
    bounds = {type(rule).__name__ for rule in field.metadata}
    if field.annotation in (int, float):
        assert bounds & {"Ge", "Gt"}, "a number needs a lower bound"


def test_few_nodes_get_complex_with_what_suits_it_and_others_rotate() -> None:
    """All else stays; what a person has chosen stays too."""
    config = apply_overrides(RunConfig(), ["architecture.embedding_dim=64", "training.num_epochs=7"])
    small, other = config.suited_to(SMALL_GRAPH_NODES - 1), config.suited_to(SMALL_GRAPH_NODES)
    assert changed_settings(other) == {**changed_settings(config), "architecture.decoder": "rotate"}
    assert changed_settings(small) == {
        **changed_settings(config), "architecture.decoder": "complex", "architecture.embedding_length": 0.0,
        "training.n3_weight": 0.03, "training.uniformity_weight": 1.2, "training.embedding_rate": 10.0,
    }  # fmt: skip
    assert small.suited_to(10_000) == small
    chosen = apply_overrides(config, ["architecture.decoder=dot"])
    assert chosen.suited_to(10) == chosen
