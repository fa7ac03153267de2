"""The health of an embedding space: has it collapsed, in what way, and what helps. Measured at every evaluation."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph
from hgt_studio.training.health_figures import (
    FloatArray,
    NormFigures,
    PairFigures,
    measure_alignment,
    measure_near_duplicates,
    measure_norms,
    measure_pairs,
    measure_spectrum,
)

Verdict = Literal["good", "watch", "collapsed"]
_WORST_FIRST: tuple[Verdict, ...] = ("collapsed", "watch", "good")


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure against its thresholds. cause and remedy: what to suspect and to try; empty while it is good."""

    name: str
    value: float
    verdict: Verdict
    rule: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Health:
    """num_nodes and dim of the space, its figures (see `health_figures`), and a finding for each that has a rule."""

    num_nodes: int
    dim: int
    pairs: PairFigures
    norms: NormFigures
    effective_rank: float
    components_90: int
    near_duplicate_share: float
    alignment: float

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings whose figure exists."""
        return tuple(finding for finding in _findings(self) if not math.isnan(finding.value))

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings'."""
        verdicts = {finding.verdict for finding in self.findings}
        return next(verdict for verdict in _WORST_FIRST if verdict in verdicts)

    def to_dict(self) -> dict[str, Any]:
        """All figures by name, `verdict`, and `findings` as a list."""
        figures: dict[str, Any] = asdict(self)
        groups = [figures.pop("pairs"), figures.pop("norms")]
        findings = [asdict(finding) for finding in self.findings]
        return {**figures, **groups[0], **groups[1], "verdict": self.verdict, "findings": findings}


def embedding_health(vectors: FloatArray, graph: KnowledgeGraph, edges: EdgeList, *, seed: int = 0) -> Health:
    """Measure the space; about a second for 100,000 nodes at 512 dimensions.

    vectors: finite float32 on the host, shape (num_nodes, dim). edges: linked nodes, for the alignment.
    """
    generator = np.random.default_rng(seed)
    effective_rank, components_90 = measure_spectrum(vectors, generator)
    return Health(
        num_nodes=vectors.shape[0],
        dim=vectors.shape[1],
        pairs=measure_pairs(vectors, graph, generator),
        norms=measure_norms(vectors, graph.in_degree()),
        effective_rank=effective_rank,
        components_90=components_90,
        near_duplicate_share=measure_near_duplicates(vectors, generator),
        alignment=measure_alignment(vectors, edges, generator),
    )


def _findings(health: Health) -> Iterator[Finding]:
    """Thresholds follow what dimension and number of nodes allow: isotropic vectors are good from 8 dimensions on."""
    from scipy.special import hyp0f1

    pairs, norms = health.pairs, health.norms
    isotropic_cosine = math.sqrt(2 / (math.pi * health.dim))  # mean |cosine| of random directions, for large dim
    isotropic_uniformity = math.log(hyp0f1(health.dim / 2, 4.0)) - 4  # log E exp(4 cosine - 4) of random directions
    possible_rank = min(_isotropic_rank(health.dim, health.num_nodes - 1), 128.0)
    by_type = pairs.mean_abs_cosine_by_type
    alike_type = max(by_type, key=by_type.__getitem__, default="")

    def above_isotropic(share: float) -> float:
        return isotropic_cosine + share * (1 - isotropic_cosine)

    yield _judge("mean_abs_cosine", pairs.mean_abs_cosine, above_isotropic(0.25), above_isotropic(0.6))
    yield _judge(
        "mean_abs_cosine_by_type", by_type.get(alike_type, math.nan), above_isotropic(0.5), above_isotropic(0.8),
        node_type=alike_type,
    )  # fmt: skip
    yield _judge("effective_rank", health.effective_rank, possible_rank / 4, possible_rank / 16)
    yield _judge("components_90", health.components_90, possible_rank * 15 / 128, possible_rank * 5 / 128)
    yield _judge("near_duplicate_share", health.near_duplicate_share, 0.05, 0.3)
    yield _judge("uniformity", pairs.uniformity, 0.6 * isotropic_uniformity, 0.25 * isotropic_uniformity)
    relative_distance = health.alignment / pairs.random_distance if pairs.random_distance > 0 else math.nan
    yield _judge("alignment_to_random", relative_distance, 0.98, math.inf)
    norm_ratio = norms.norm_quantile_05 / norms.norm_quantile_95 if norms.norm_quantile_95 > 0 else 0.0
    yield _judge("norm_ratio", norm_ratio, 0.1, -math.inf)
    yield _judge("norm_degree_correlation", abs(norms.norm_degree_correlation), 0.9, math.inf)


def _isotropic_rank(dim: int, num_nodes: int) -> float:
    """The effective rank of so many isotropic vectors: exp(log m - m / 2n), n the larger number (Page 1993)."""
    smaller, larger = min(dim, num_nodes), max(dim, num_nodes, 1)
    return smaller * math.exp(-smaller / (2 * larger))


def _judge(name: str, value: float, good: float, collapsed: float, *, node_type: str = "") -> Finding:
    """Small is good if the limit of "good" is below the one of "collapsed", else large; infinity is out of reach."""
    small_is_good = good < collapsed
    sign = 1 if small_is_good else -1
    verdict: Verdict = "watch"
    if sign * value < sign * good:
        verdict = "good"
    elif sign * value >= sign * collapsed:
        verdict = "collapsed"
    low, high = ("below", "above") if small_is_good else ("above", "below")
    rule = f"good {low} {good:.2f}" + (f", collapsed {high} {collapsed:.2f}" if math.isfinite(collapsed) else "")
    cause, remedy = _ADVICE[name] if verdict != "good" else ("", "")
    return Finding(name, value, verdict, rule, cause.format(node_type=node_type), remedy)


_ADVICE = {  # name of the finding: likely cause, remedy
    "mean_abs_cosine": (
        "all vectors share one direction: nodes start alike, or nothing pushes unlinked nodes apart",
        "raise training.uniformity_weight, train longer, use fewer layers (architecture.num_layers)",
    ),
    "mean_abs_cosine_by_type": (
        "nodes of type '{node_type}' are hardly told apart: few edges, or its relations are easy to satisfy",
        "make it training.contrastive_node_type, raise training.contrastive_weight, or train longer",
    ),
    "effective_rank": (
        "a few directions carry almost everything: the links alone ask for no more, or many layers smooth them away",
        "raise training.uniformity_weight (0.3 to 1), train longer, use fewer layers",
    ),
    "components_90": (
        "a few principal components hold 90 % of the variance: the space is much flatter than its dimension",
        "raise training.uniformity_weight (0.3 to 1), train longer, or choose a smaller architecture.embedding_dim",
    ),
    "near_duplicate_share": (
        "many nodes have the same vector: their neighbourhoods are equal and nothing else tells them apart",
        "train longer, or leave out node types whose nodes have one edge each",
    ),
    "uniformity": (
        "the directions crowd a part of the sphere",
        "raise training.uniformity_weight, or lower training.temperature where the contrastive loss is on",
    ),
    "alignment_to_random": (
        "linked nodes are no closer than random ones: little is learned, or only the decoder knows the links",
        "train longer; for neighbour search choose the dot decoder (architecture.decoder)",
    ),
    "norm_ratio": (
        "the shortest vectors are under a tenth of the longest: rarely seen nodes stay near zero",
        "train longer, lower training.weight_decay, or export normalised vectors",
    ),
    "norm_degree_correlation": (
        "the length of a vector says how many edges its node has: hubs win every dot product",
        "compare by cosine, or export normalised vectors",
    ),
}
