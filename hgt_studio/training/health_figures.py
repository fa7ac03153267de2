"""What can be measured of an embedding space, from seeded samples: no pass over all pairs, no copy of all vectors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.knowledge_graph import EdgeList, IntArray, KnowledgeGraph

FloatArray = npt.NDArray[np.floating]

PAIR_SAMPLE = 2048  # nodes compared all with all, shared out evenly over the types
MIN_PAIR_SAMPLE = 16  # ... but at least so many of each type
MIN_TYPE_SIZE = 20  # types smaller than this are not judged by themselves
SPECTRUM_SAMPLE = 20_000
NEIGHBOUR_SAMPLE = 4096
EDGE_SAMPLE = 20_000
CHUNK = 512
NEAR_DUPLICATE_COSINE = 0.999


@dataclass(frozen=True, slots=True)
class PairFigures:
    """Cosines of two random nodes: any two, two of one type, two of different types; NaN where there are none.

    mean_abs_cosine_by_type: of the types with at least 20 nodes.
    uniformity: log mean exp(-2 |x - y|^2) on the unit sphere (Wang & Isola 2020): 0 collapsed, about -4 spread out.
    random_distance: mean |x - y|^2 on the unit sphere.
    """

    mean_cosine: float
    mean_abs_cosine: float
    mean_cosine_within_types: float
    mean_abs_cosine_within_types: float
    mean_cosine_across_types: float
    mean_abs_cosine_across_types: float
    mean_abs_cosine_by_type: dict[str, float]
    uniformity: float
    random_distance: float


@dataclass(frozen=True, slots=True)
class NormFigures:
    """Lengths of all vectors; norm_degree_correlation: Spearman's with the in-degree, NaN where either is constant."""

    norm_mean: float
    norm_std: float
    norm_quantile_05: float
    norm_median: float
    norm_quantile_95: float
    norm_degree_correlation: float


def measure_pairs(vectors: FloatArray, graph: KnowledgeGraph, generator: np.random.Generator) -> PairFigures:
    """Estimate over all pairs, by type pair: a sample of each type against a sample of each type, then weighted."""
    sizes = np.diff(graph.type_ptr)
    present = np.flatnonzero(sizes)
    per_type = max(PAIR_SAMPLE // len(present), MIN_PAIR_SAMPLE)
    samples = [graph.type_ptr[number] + sample(sizes[number], per_type, generator) for number in present]
    unit = to_unit(vectors[np.concatenate(samples)])
    starts = np.cumsum([0, *map(len, samples)])
    means = np.empty((3, len(present), len(present)))  # of cosine, |cosine| and the uniformity kernel, by type pair
    for i in range(len(present)):
        own = slice(starts[i], starts[i + 1])
        cosine = unit[own] @ unit.T
        num_pairs = len(samples[i]) * np.diff(starts)
        num_pairs[i] -= len(samples[i])
        for moment, value in enumerate((cosine, np.abs(cosine), np.exp(4 * cosine - 4))):
            np.fill_diagonal(value[:, own], 0)
            means[moment, i] = np.add.reduceat(value.sum(0, dtype=np.float64), starts[:-1]) / np.maximum(num_pairs, 1)

    weight = np.outer(sizes[present], sizes[present]) - np.diag(sizes[present])
    within = np.diag(np.diag(weight))
    mean_cosine, mean_abs_cosine, mean_kernel = (_weighted_mean(mean, weight) for mean in means)
    return PairFigures(
        mean_cosine=mean_cosine,
        mean_abs_cosine=mean_abs_cosine,
        mean_cosine_within_types=_weighted_mean(means[0], within),
        mean_abs_cosine_within_types=_weighted_mean(means[1], within),
        mean_cosine_across_types=_weighted_mean(means[0], weight - within),
        mean_abs_cosine_across_types=_weighted_mean(means[1], weight - within),
        mean_abs_cosine_by_type={
            graph.node_types[number]: float(means[1, i, i])
            for i, number in enumerate(present)
            if sizes[number] >= MIN_TYPE_SIZE
        },
        uniformity=float(np.log(mean_kernel)),
        random_distance=2 - 2 * mean_cosine,
    )


def measure_spectrum(vectors: FloatArray, generator: np.random.Generator) -> tuple[float, int]:
    """Effective rank, and number of principal components that hold 90 % of the variance; 0 and 0 without variance.

    The effective rank is the exponential of the entropy of the normalised singular values of the covariance matrix,
    which are its eigenvalues (Roy & Vetterli 2007). Those of the data matrix itself, their square roots, would let the
    noise in many small directions hide that a few directions hold everything.
    """
    rows = vectors[sample(len(vectors), SPECTRUM_SAMPLE, generator)]
    centred = rows - rows.mean(0, dtype=np.float64).astype(np.float32)
    variances = np.linalg.eigvalsh((centred.T @ centred).astype(np.float64) / len(rows))[::-1].clip(0)
    total = variances.sum()
    if total <= 1e-10 * np.mean(np.einsum("nd,nd->n", rows, rows)):  # nothing but round-off
        return 0.0, 0
    shares = variances / total
    entropy = -np.sum(shares * np.log(np.where(shares > 0, shares, 1)))
    return float(np.exp(entropy)), int(np.searchsorted(np.cumsum(shares), 0.9) + 1)


def measure_near_duplicates(vectors: FloatArray, generator: np.random.Generator) -> float:
    """Share of a sample of 4,096 nodes whose nearest neighbour in the sample has a cosine above 0.999.

    Zero vectors count as duplicates of each other.
    """
    unit = to_unit(vectors[sample(len(vectors), NEIGHBOUR_SAMPLE, generator)])
    num_zero = int(np.count_nonzero(~unit.any(1)))
    count = num_zero if num_zero > 1 else 0
    for start in range(0, len(unit), CHUNK):
        cosine = unit[start : start + CHUNK] @ unit.T
        np.fill_diagonal(cosine[:, start:], -1)
        count += int(np.count_nonzero(cosine.max(1) > NEAR_DUPLICATE_COSINE))
    return count / len(unit)


def measure_norms(vectors: FloatArray, in_degree: IntArray) -> NormFigures:
    """in_degree: shape (num_nodes,)."""
    from scipy.stats import rankdata

    norms = np.sqrt(np.einsum("nd,nd->n", vectors, vectors)).astype(np.float64)
    constant = norms.std() <= 1e-6 * norms.mean() or in_degree.min() == in_degree.max()
    low, median, high = np.quantile(norms, [0.05, 0.5, 0.95])
    return NormFigures(
        norm_mean=float(norms.mean()),
        norm_std=float(norms.std()),
        norm_quantile_05=float(low),
        norm_median=float(median),
        norm_quantile_95=float(high),
        norm_degree_correlation=(
            float("nan") if constant else float(np.corrcoef(rankdata(norms), rankdata(in_degree))[0, 1])
        ),
    )


def measure_alignment(vectors: FloatArray, edges: EdgeList, generator: np.random.Generator) -> float:
    """Mean |x - y|^2 of linked nodes on the unit sphere (Wang & Isola 2020, with exponent 2)."""
    linked = edges[sample(len(edges), EDGE_SAMPLE, generator)]
    difference = to_unit(vectors[linked.source]) - to_unit(vectors[linked.destination])
    return float(np.mean(np.einsum("nd,nd->n", difference, difference)))


def to_unit(vectors: FloatArray) -> FloatArray:
    """The vectors at length one, zero vectors as they are."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = vectors / np.where(norms > 0, norms, 1)
    return unit


def sample(num_items: int, at_most: int, generator: np.random.Generator) -> IntArray:
    """Ascending positions, drawn without replacement; all where there are no more than asked for."""
    if num_items <= at_most:
        return np.arange(num_items)
    return np.sort(generator.choice(num_items, at_most, replace=False, shuffle=False))


def _weighted_mean(values: FloatArray, weight: IntArray) -> float:
    return float(np.sum(values * weight) / np.sum(weight)) if np.any(weight) else float("nan")
