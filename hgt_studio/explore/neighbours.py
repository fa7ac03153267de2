"""The nodes whose embeddings point the same way, exactly, over all nodes."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from hgt_studio.explore.space import EmbeddingSpace


class Neighbour(NamedTuple):
    """A node and the cosine of the angle to the node that was asked about."""

    node: int
    cosine: float


def nearest_neighbours(
    space: EmbeddingSpace, node: int, count: int, type_names: Collection[str] | None = None
) -> list[Neighbour]:
    """The `count` nodes nearest to a node by cosine, the nearest first, without itself.

    type_names: only nodes of these types; None: of all.
    """
    cosine = space.vectors @ space.vectors[node]
    cosine /= space.norms * space.norms[node]
    cosine[node] = -np.inf
    if type_names is not None:
        kept = [number for number, name in enumerate(space.type_names) if name in type_names]
        cosine[~np.isin(space.type_of, kept)] = -np.inf
    count = min(count, int(np.isfinite(cosine).sum()))
    if count == 0:
        return []
    nearest = np.argpartition(-cosine, count - 1)[:count]
    nearest = nearest[np.lexsort((nearest, -cosine[nearest]))]
    return [Neighbour(int(found), float(cosine[found])) for found in nearest]
