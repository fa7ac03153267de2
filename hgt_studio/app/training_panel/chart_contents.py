"""What the four charts of a run show."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from hgt_studio.app.charts import ChartKind, Content, Curve, Level, Marker
from hgt_studio.app.charts.content import number_text
from hgt_studio.app.state.run_history import HEALTH_FIGURES, QUALITY_METRICS, Group, RunHistory
from hgt_studio.app.theme import Verdict
from hgt_studio.config import RunConfig

LOSS: Final = ChartKind(
    "Loss", "epoch", "The loss of each step appears here, smoothed, with its link and contrastive parts."
)
QUALITY: Final = ChartKind(
    "Quality",
    "epoch",
    "MRR, Hits@k, AUROC and average precision on the validation edges appear here, a point for each evaluation.",
    from_zero=True,
)
MEMORY: Final = ChartKind(
    "Memory",
    "minutes",
    "Memory of the device and of this process appears here while a run goes on.",
    "GB",
    from_zero=True,
)
HEALTH: Final = ChartKind(
    "Health of embeddings",
    "epoch",
    "How alike embeddings are appears here with each evaluation: a space that collapses is seen at once.",
    from_zero=True,
)
COSINE_BY_TYPE: Final = "mean_abs_cosine_by_type"
HEALTH_NAMES: Final = {
    COSINE_BY_TYPE: "Likeness within types",
    **dict(
        zip(
            HEALTH_FIGURES,
            ("Likeness of all nodes", "Effective rank", "Components for 90 %", "Near duplicates", "Uniformity"),
            strict=True,
        )
    ),
}
_BYTES_PER_GB, _SECONDS_PER_MINUTE = 1e9, 60.0


def loss_content(history: RunHistory) -> Content:
    """The loss of the steps: pale as told, in full colour smoothed; and that of the validation edges, at its best."""
    batch = history.loss["batch"]
    backdrop = Curve("batch", batch.x, batch.y, 6, is_faint=True)
    names = ("smoothed", "link", "contrastive", "validation")
    return Content((backdrop, *_curves(history.loss, {name: name for name in names})), marker=_lowest(history))


def _lowest(history: RunHistory) -> Marker | None:
    """The least loss on the validation edges."""
    validation = history.loss.get("validation")
    if not validation:
        return None
    at = int(np.argmin(validation.y))
    return Marker(float(validation.x[at]), float(validation.y[at]), f"best {number_text(float(validation.y[at]))}")


def quality_content(history: RunHistory, config: RunConfig) -> Content:
    """Metrics of the validation edges, with the best of the watched one."""
    marker = None
    if history.best is not None:
        value = history.best.metrics["validation"][config.evaluation.watch]
        marker = Marker(history.best.epoch, value, f"best {number_text(value)}") if value is not None else None
    return Content(_curves(history.quality, QUALITY_METRICS), marker=marker)


def quality_caption(history: RunHistory, config: RunConfig) -> str:
    """How long ago the best was, against the patience."""
    if history.validation is None or not config.training.patience:
        return ""
    return f"evaluations since best {history.validation.evaluations_since_best} of {config.training.patience}"


def memory_content(history: RunHistory, levels: Sequence[Level]) -> Content:
    """Memory over time; what the system could still give does not squeeze the rest."""
    curves = tuple(
        Curve(
            name,
            history.memory[name].x / _SECONDS_PER_MINUTE,
            history.memory[name].y / _BYTES_PER_GB,
            colour,
            guides_range=name != "available",
        )
        for colour, name in enumerate(("allocated", "driver", "process", "available"))
    )
    return Content(curves, tuple(levels))


def memory_level(name: str, verdict: Verdict, num_bytes: int | None) -> tuple[Level, ...]:
    """A line at so many bytes, if known."""
    return (Level(name, num_bytes / _BYTES_PER_GB, verdict),) if num_bytes else ()


def health_content(history: RunHistory, figure: str, node_types: Sequence[str]) -> Content:
    """One figure of the health; `node_types` give the types their colours."""
    if figure != COSINE_BY_TYPE:
        return Content(_curves(history.health, {figure: HEALTH_NAMES[figure]}))
    known = [*node_types, *(name for name in history.cosine if name not in node_types)]
    return Content(tuple(Curve(name, series.x, series.y, known.index(name)) for name, series in history.cosine.items()))


def health_caption(history: RunHistory, figure: str) -> tuple[str, str]:
    """The verdict on a figure, and its rule, cause and remedy."""
    if history.validation is None:
        return "", ""
    for finding in history.validation.metrics["health"]["findings"]:
        if finding["name"] == figure:
            details = (finding["rule"], finding["cause"], finding["remedy"])
            return finding["verdict"], "\n".join(text for text in details if text)
    return "", ""


def _curves(group: Group, names: dict[str, str]) -> tuple[Curve, ...]:
    return tuple(
        Curve(words, group[name].x, group[name].y, colour)
        for colour, (name, words) in enumerate(names.items())
        if name in group
    )
