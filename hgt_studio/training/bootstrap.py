"""How far the metrics would move with other held-out edges: percentile bootstrap (Efron 1979) over node pairs."""

import numpy as np

from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.training.classification_metrics import SortedScores
from hgt_studio.training.ranking import Ranking

NUM_REPLICATES = 1000
LEVEL = 0.95


def confidence_intervals(
    ranking: Ranking, pair: IntArray, *, seed: int, num_replicates: int = NUM_REPLICATES
) -> dict[str, tuple[float, float]]:
    """95 % intervals of mrr, hits@10, auroc and average_precision.

    What is drawn again, with replacement, are the pairs of nodes: the edges of a pair, in all relations and both
    directions, are no independent observations. pair: shape (num_edges,), the number of each edge's pair, from 0.
    """
    generator = np.random.default_rng(seed)
    num_pairs = int(pair.max()) + 1
    per_edge = np.stack([np.full(len(pair), 2), (1 / ranking.rank).sum(1), (ranking.rank <= 10).sum(1)])
    num_ranks, reciprocal, hits = (np.bincount(pair, weights=row, minlength=num_pairs) for row in per_edge)
    scores = SortedScores.of(ranking.positive_score, ranking.negative_score, pair)

    replicates = np.empty((num_replicates, 4))
    for replicate in replicates:
        weight = np.bincount(generator.integers(num_pairs, size=num_pairs), minlength=num_pairs).astype(np.float64)
        replicate[:2] = (weight * reciprocal).sum(), (weight * hits).sum()
        replicate[:2] /= (weight * num_ranks).sum()
        replicate[2:] = scores.auroc_and_average_precision(weight)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail], axis=0)
    names = ("mrr", "hits@10", "auroc", "average_precision")
    return {name: (float(low[i]), float(high[i])) for i, name in enumerate(names)}
