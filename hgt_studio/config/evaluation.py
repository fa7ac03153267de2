"""How the embeddings are judged."""

from typing import Literal

from hgt_studio.config.field import Section, setting

WatchedMetric = Literal["mrr", "hits@10", "auroc", "average_precision"]


class EvaluationConfig(Section):
    """Filtered ranking of held-out edges, in both directions, against all nodes of the right type."""

    every_epochs: int = setting(
        5, "Evaluate every", "epochs between evaluations on the validation edges; 0: only at the end", unit="epochs",
        ge=0, le=10_000,
    )  # fmt: skip
    watch: WatchedMetric = setting(
        "mrr", "Watch", "validation metric that picks the best checkpoint and stops training"
    )
    max_edges_per_relation: int = setting(
        200, "Validation edges", "held-out edges ranked per relation while training, drawn once; 0: all", unit="edges",
        ge=0, le=10_000_000,
    )  # fmt: skip
    max_test_edges_per_relation: int = setting(
        2000, "Test edges", "held-out edges ranked per relation at the end, drawn once; 0: all", unit="edges",
        ge=0, le=10_000_000, advanced=True,
    )  # fmt: skip
    memory_budget_mib: int = setting(
        512, "Working memory", "device memory that ranking and layer-wise inference may use beside the model",
        unit="MiB", ge=16, le=1_000_000, advanced=True,
    )  # fmt: skip
