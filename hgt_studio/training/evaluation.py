"""One judgement of the embeddings: link prediction on held-out edges and the health of the space."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from hgt_studio.errors import TrainingError
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.leakage import LeakageReport
from hgt_studio.model.decoder import Decoder
from hgt_studio.training.bootstrap import confidence_intervals
from hgt_studio.training.classification_metrics import auroc_and_average_precision, pairwise_loss
from hgt_studio.training.evaluation_set import NEGATIVES, EvaluationSet, relation_of
from hgt_studio.training.health import Health, embedding_health
from hgt_studio.training.ranking import Ranking, rank_edges
from hgt_studio.typing import CancelToken

Metrics = dict[
    str, float
]  # mrr, hits@1, hits@3, hits@10, mean_rank, auroc, average_precision, pairwise_loss, num_edges


@dataclass(frozen=True, eq=False)
class Evaluation:
    """micro: over all edges; macro: means over the relations; confidence: 95 % intervals of four micro metrics.

    leakage: what the check of the split found, where it was checked.
    """

    micro: Metrics
    macro: Metrics
    per_relation: dict[str, Metrics]
    confidence: dict[str, tuple[float, float]]
    health: Health
    leakage: LeakageReport | None = None

    def to_dict(self, edges_name: str = "test") -> dict[str, Any]:
        """JSON-able; the micro metrics under `edges_name`. What could not be computed is None."""
        judged = {**self.micro, "macro": self.macro, "confidence_95": self.confidence, "negatives": NEGATIVES}
        result = {edges_name: judged, "per_relation": self.per_relation, "health": self.health.to_dict()}
        if self.leakage is not None:
            result["leakage"] = asdict(self.leakage)
        finite: dict[str, Any] = _none_for_nan(result)
        return finite


def evaluate_embeddings(
    embeddings: Tensor,
    decoder: Decoder,
    evaluation_set: EvaluationSet,
    *,
    memory_budget_bytes: int,
    seed: int = 0,
    cancel: CancelToken | None = None,
) -> Evaluation:
    """Rank the edges of the set on the embeddings' device and measure the space on the host.

    embeddings: float32, shape (num_nodes, dim). The seed is that of the bootstrap and of the health's samples.

    Raises:
        TrainingError: an embedding is not finite.
        CancelledError: the user stopped it.
    """
    graph, edges = evaluation_set.graph, evaluation_set.edges
    vectors = embeddings.detach().cpu().numpy()
    broken = int(np.count_nonzero(~np.isfinite(vectors.sum(axis=1))))
    if broken:
        raise TrainingError(
            f"the embeddings of {broken:,} nodes are not finite; lower training.learning_rate or training.clip_norm"
        )
    ranking = rank_edges(embeddings, decoder, evaluation_set, memory_budget_bytes=memory_budget_bytes, cancel=cancel)
    per_relation = _metrics_by_relation(ranking, relation_of(edges, graph), graph.relations)
    return Evaluation(
        micro=link_metrics(ranking.rank, ranking.positive_score, ranking.negative_score),
        macro=_mean_over_relations(per_relation),
        per_relation=per_relation,
        confidence=confidence_intervals(ranking, _pair_number(evaluation_set), seed=seed),
        health=embedding_health(vectors, graph, edges, seed=seed),
    )


def link_metrics(
    rank: npt.NDArray[np.float64], positive_score: npt.NDArray[np.float32], negative_score: npt.NDArray[np.float32]
) -> Metrics:
    """The metrics of some rows of a `Ranking`, both directions together."""
    auroc, average_precision = auroc_and_average_precision(positive_score, negative_score)
    return {
        "mrr": float(np.mean(1 / rank)),
        **{f"hits@{k}": float(np.mean(rank <= k)) for k in (1, 3, 10)},
        "mean_rank": float(np.mean(rank)),
        "auroc": auroc,
        "average_precision": average_precision,
        "pairwise_loss": pairwise_loss(positive_score, negative_score),
        "num_edges": len(rank),
    }


def _metrics_by_relation(ranking: Ranking, relation: IntArray, names: tuple[str, ...]) -> dict[str, Metrics]:
    result = {}
    for number in np.unique(relation):
        rows = relation == number
        result[names[number]] = link_metrics(
            ranking.rank[rows], ranking.positive_score[rows], ranking.negative_score[rows]
        )
    return result


def _mean_over_relations(per_relation: dict[str, Metrics]) -> Metrics:
    """The mean of each metric over the relations for which it exists."""
    result: Metrics = {}
    for name in next(iter(per_relation.values())):
        values = [metrics[name] for metrics in per_relation.values() if not math.isnan(metrics[name])]
        if name != "num_edges":
            result[name] = sum(values) / len(values) if values else math.nan
    return result | {"num_relations": len(per_relation)}


def _pair_number(evaluation_set: EvaluationSet) -> IntArray:
    """Shape (num_edges,): equal for edges between the same two nodes, whatever relation or direction."""
    edges = evaluation_set.edges
    low, high = np.minimum(edges.source, edges.destination), np.maximum(edges.source, edges.destination)
    number: IntArray = np.unique(low.astype(np.int64) * evaluation_set.graph.num_nodes + high, return_inverse=True)[1]
    return number


def _none_for_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _none_for_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_none_for_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
