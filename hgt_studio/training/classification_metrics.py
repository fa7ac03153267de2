"""How well scores tell held-out edges from negatives: areas, exact and with ties and weights, and a loss."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class SortedScores:
    """Positive and negative scores together, descending; sorted once, weighted many times.

    is_positive, ends_tie: bool, shape (num_scores,); `ends_tie` marks the last of each group of equal scores.
    group: int, shape (num_scores,): what the score is weighted by.
    """

    is_positive: npt.NDArray[np.bool_]
    ends_tie: npt.NDArray[np.bool_]
    group: IntArray

    @classmethod
    def of(cls, positive: FloatArray, negative: FloatArray, group: IntArray | None = None) -> "SortedScores":
        """positive, negative: any equal shapes; a NaN among the negatives means that there is none.

        group: of each row of them, shape (len(positive),); all in group 0 if not given.
        """
        rows = np.zeros(len(positive), dtype=np.int64) if group is None else group
        rows = np.broadcast_to(rows.reshape(-1, *[1] * (positive.ndim - 1)), positive.shape)
        exists = ~np.isnan(negative)
        score = np.concatenate([positive.ravel(), negative[exists]])
        order = np.argsort(-score, kind="stable")
        score = score[order]
        return cls(
            is_positive=order < positive.size,
            ends_tie=np.append(score[1:] != score[:-1], True),
            group=np.concatenate([rows.ravel(), rows[exists]])[order],
        )

    def auroc_and_average_precision(self, group_weight: FloatArray) -> tuple[float, float]:
        """Both NaN where positives or negatives have no weight. group_weight: shape (num_groups,).

        AUROC is the probability that a positive scores above a negative, ties counting half (Mann and Whitney 1947).
        Average precision is the sum over distinct scores of the gain in recall times the precision, as scikit-learn
        defines it, without interpolation.
        """
        auroc, average_precision = _curve_areas(self.is_positive, self.ends_tie, self.group, group_weight)
        return float(auroc), float(average_precision)


def auroc_and_average_precision(positive: FloatArray, negative: FloatArray) -> tuple[float, float]:
    """Of unweighted scores; see `SortedScores`."""
    return SortedScores.of(positive, negative).auroc_and_average_precision(np.ones(1))


def pairwise_loss(positive: FloatArray, negative: FloatArray) -> float:
    """Mean of log(1 + exp(negative - positive)): sampled softmax with one negative, whatever the scale's zero.

    positive, negative: equal shapes; a NaN among the negatives means that there is none. NaN if there are none at all.
    """
    margin = (positive - negative)[~np.isnan(negative)].astype(np.float64)
    return float(np.logaddexp(0.0, -margin).mean()) if margin.size else float("nan")


@kernel
def _curve_areas(
    is_positive: npt.NDArray[np.bool_], ends_tie: npt.NDArray[np.bool_], group: IntArray, group_weight: FloatArray
) -> tuple[float, float]:
    positives = negatives = 0.0  # weight of the scores seen so far
    tied_positives = tied_negatives = 0.0  # weight of the scores equal to this one seen so far
    pairs_in_order = recall_times_precision = 0.0
    for i in range(len(is_positive)):
        weight = group_weight[group[i]]
        if is_positive[i]:
            tied_positives += weight
        else:
            tied_negatives += weight
        if ends_tie[i]:
            pairs_in_order += tied_negatives * (positives + tied_positives / 2)
            positives += tied_positives
            negatives += tied_negatives
            if tied_positives > 0:
                recall_times_precision += tied_positives * positives / (positives + negatives)
            tied_positives = tied_negatives = 0.0
    if positives == 0 or negatives == 0:
        return np.nan, np.nan
    return pairs_in_order / (positives * negatives), recall_times_precision / positives
