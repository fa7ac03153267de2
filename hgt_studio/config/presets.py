"""Named starting points: what a person chooses before changing single settings."""

from dataclasses import dataclass
from typing import Any

from hgt_studio.config.run import RunConfig
from hgt_studio.errors import ConfigError, suggest


@dataclass(frozen=True)
class Preset:
    """A name, a line of description, and the settings that differ from the defaults, by section."""

    name: str
    description: str
    values: dict[str, dict[str, Any]]

    @property
    def config(self) -> RunConfig:
        """The preset as a whole configuration."""
        return RunConfig.build(self.values)


BALANCED = Preset("Balanced", "The defaults: good embeddings in reasonable time", {})
PRESETS = (
    Preset(
        "Quick look", "Small and short: whether everything works, in minutes",
        {
            "architecture": {"embedding_dim": 128, "hidden_dim": 64, "num_heads": 4},
            "sampling": {"batch_size": 512},
            "training": {"num_epochs": 10, "learning_rate": 0.003},
        },
    ),
    BALANCED,
    Preset(
        "Best quality", "Node embeddings alone, without HGT layers",
        {
            "architecture": {"encoder": "none"},
            "training": {"uniformity_weight": 0.1, "contrastive_weight": 0.0, "patience": 15},
        },
    ),
    Preset(
        "Best quality, noisy graph", "Node embeddings alone, with ComplEx: for graphs where many edges are chance",
        {
            "architecture": {"encoder": "none", "decoder": "complex", "embedding_length": 0.0},
            "training": {
                "num_epochs": 130, "n3_weight": 0.1, "uniformity_weight": 0.3, "contrastive_weight": 0.0,
                "patience": 15,
            },
        },
    ),
    Preset(
        "Reference", "The settings in circulation: dot product, binary cross-entropy, no normalisation",
        {
            "architecture": {"decoder": "dot", "normalize": False, "embedding_length": 0.0},
            "sampling": {"batch_size": 512, "fan_out_rule": "per_relation", "supervision_factor": 1.0},
            "training": {
                "link_loss": "binary_cross_entropy", "embedding_rate": 1.0, "layer_rate_share": 1.0,
                "gradient_accumulation_steps": 4, "query_dropout": 0.0, "label_smoothing": 0.0,
                "relation_weight": 0.0, "uniformity_weight": 0.0, "contrastive_weight": 0.5, "warmup_share": 0.0,
                "patience": 0,
            },
        },
    ),
    Preset(
        "Mac with 8 GB", "Smaller batches, four of them to a step, half the width",
        {
            "architecture": {"hidden_dim": 128},
            "sampling": {"batch_size": 512, "prefetch_batches": 2},
            "training": {"gradient_accumulation_steps": 4},
            "evaluation": {"memory_budget_mib": 128},
        },
    ),
    Preset("Mac with 16 GB", "The defaults, which leave room for other programs", {}),
    Preset(
        "Mac with 32 GB", "The defaults, with more room for evaluations",
        {"evaluation": {"memory_budget_mib": 1024}},
    ),
    Preset(
        "Mac with 64 GB", "Wider layers, with more room for evaluations",
        {"architecture": {"hidden_dim": 384}, "evaluation": {"memory_budget_mib": 4096}},
    ),
)  # fmt: skip


def find_preset(name: str) -> Preset:
    """The preset of that name.

    Raises:
        ConfigError: there is none (the nearest is suggested).
    """
    found = {preset.name: preset for preset in PRESETS}
    if name not in found:
        raise ConfigError(f"there is no preset '{name}'; {suggest(name, found)}")
    return found[name]
