"""Embeddings in two dimensions: the plane of the two principal components, at once and for all nodes."""

import numpy as np

from hgt_studio.explore.space import FloatArray

_SAMPLE = 20_000
_BLOCK = 1 << 14


def principal_plane(vectors: FloatArray) -> FloatArray:
    """Coordinates in the plane in which the vectors differ most. shape: (num_nodes, 2).

    The directions are worked out on an even sample of 20,000 vectors, the coordinates for all of them. Signs are fixed
    (the largest weight of a direction is positive), so that the same embeddings give the same picture.
    """
    if len(vectors) == 0:
        return np.zeros((0, 2), np.float32)
    sample = vectors[:: max(1, len(vectors) // _SAMPLE)].astype(np.float64)
    mean = sample.mean(0)
    covariance = (sample - mean).T @ (sample - mean)
    _, directions = np.linalg.eigh(covariance)
    axes = directions[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), range(axes.shape[1])])
    plane = np.zeros((len(vectors), 2), np.float32)
    weights, offset = axes.astype(np.float32), (mean @ axes).astype(np.float32)
    for first in range(0, len(vectors), _BLOCK):
        block = vectors[first : first + _BLOCK] @ weights - offset
        plane[first : first + len(block), : block.shape[1]] = block
    return plane
