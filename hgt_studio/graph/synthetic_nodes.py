"""The nodes of a sample graph: how many of each type, how popular, and in which planted community."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.synthetic_counts import NODE_TYPES

# Zipf-Mandelbrot law: popularity ~ (rank + offset) ** -exponent; gives genes a few thousand edges at most at scale 1.
_POPULARITY_EXPONENT = 0.75
_POPULARITY_OFFSET = 10


@dataclass(frozen=True, eq=False)
class SampleNodes:
    """Nodes numbered type by type, in the order of `NODE_TYPES`; the number is the file's `x_index`.

    type_ptr: int64, shape (num_types + 1,).
    community: int16, shape (num_nodes,); every type has nodes in every community.
    popularity: float64, shape (num_nodes,), positive.
    """

    num_communities: int
    type_ptr: IntArray
    community: IntArray
    popularity: npt.NDArray[np.float64]


def draw_nodes(scale: float, seed: int) -> SampleNodes:
    """Draw communities, of unequal size, and popularities, independent of them."""
    generator = np.random.default_rng([seed, 0])
    num_communities = max(4, round(32 * scale**0.25))
    counts = [max(num_communities, round(node_type.num_nodes * scale)) for node_type in NODE_TYPES]
    size = generator.uniform(0.5, 1.5, num_communities)
    community, popularity = [], []
    for count in counts:
        others = generator.choice(num_communities, count - num_communities, p=size / size.sum())
        community.append(generator.permutation(np.append(np.arange(num_communities), others)))
        popularity.append((generator.permutation(count) + _POPULARITY_OFFSET) ** -_POPULARITY_EXPONENT)
    return SampleNodes(
        num_communities, np.cumsum([0, *counts]), np.concatenate(community).astype(np.int16), np.concatenate(popularity)
    )


class NodeDraw:
    """Draws nodes of one type in proportion to their popularity."""

    def __init__(self, nodes: SampleNodes, type_number: int, generator: np.random.Generator) -> None:
        first, last = nodes.type_ptr[type_number : type_number + 2]
        self.nodes = np.arange(first, last)
        community = nodes.community[first:last]
        by_community = np.argsort(community, kind="stable")
        self._sorted_nodes = self.nodes[by_community]
        self._community_ptr = np.searchsorted(community[by_community], np.arange(nodes.num_communities + 1))
        self._cumulative = np.append(0.0, np.cumsum(nodes.popularity[self._sorted_nodes]))
        self._generator = generator

    @property
    def community_sizes(self) -> IntArray:
        """Shape: (num_communities,)."""
        return np.diff(self._community_ptr)

    def from_all(self, count: int) -> IntArray:
        """Nodes of any community, shape (count,)."""
        return self._between(np.zeros(count, np.int64), np.full(count, len(self.nodes)))

    def from_communities(self, community: IntArray) -> IntArray:
        """A node of each of the communities, shape (len(community),)."""
        return self._between(self._community_ptr[community], self._community_ptr[community + 1])

    def _between(self, first: IntArray, last: IntArray) -> IntArray:
        low, high = self._cumulative[first], self._cumulative[last]
        target = low + self._generator.random(len(first)) * (high - low)
        found = np.searchsorted(self._cumulative, target, side="right") - 1
        nodes: IntArray = self._sorted_nodes[np.minimum(found, last - 1)]  # rounding can push the target up to `high`
        return nodes
