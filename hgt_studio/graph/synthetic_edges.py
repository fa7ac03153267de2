"""The edges of a sample graph: heavy-tailed, and mostly between matching communities.

Communities lie on a ring. Those of x and y match if they are at most `half_width` apart, which is 0 but for relations
that would otherwise fill their matching pairs too densely.
"""

from collections.abc import Callable

import numpy as np

from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.synthetic_counts import NODE_TYPES, RELATIONS, RelationCount
from hgt_studio.graph.synthetic_nodes import NodeDraw, SampleNodes

MATCHING_SHARE = 0.88
_MIN_EDGES = 3
_MAX_DENSITY = 0.1  # of all pairs: communities would not show in a denser relation
_MAX_MATCHING_DENSITY = 0.4

_TYPE_NUMBER = {node_type.name: number for number, node_type in enumerate(NODE_TYPES)}


class EdgeDraw:
    """Draws the edges of one relation.

    There are the published number times the scale, but at most a tenth of all pairs and at least three. A relation that
    is the largest between one of its types and another type reaches every node of that type if it can.

    Inside, an edge is a key: x times the number of nodes, plus y; x < y where both are of one type.
    """

    def __init__(self, nodes: SampleNodes, relation_number: int, scale: float, seed: int) -> None:
        self._generator = np.random.default_rng([seed, 1, relation_number])
        self._nodes, self._relation = nodes, RELATIONS[relation_number]
        self._x = NodeDraw(nodes, _TYPE_NUMBER[self._relation.x_type], self._generator)
        self._y = NodeDraw(nodes, _TYPE_NUMBER[self._relation.y_type], self._generator)
        self._one_type = self._relation.x_type == self._relation.y_type
        most = int(_MAX_DENSITY * self._num_matching_pairs(nodes.num_communities // 2))
        self.num_edges = max(_MIN_EDGES, min(round(self._relation.num_edges * scale), most))
        self._num_matching = round(MATCHING_SHARE * self.num_edges)
        self._half_width = next(
            width
            for width in range(nodes.num_communities)
            if self._num_matching_pairs(width) * _MAX_MATCHING_DENSITY >= self._num_matching
        )

    def edges(self) -> tuple[IntArray, IntArray]:
        """Distinct undirected edges without loops, in random order: x and y, int64, shape (num_edges,) each."""
        covering = self._covering()
        matching = _distinct(covering, self._matching, self._num_matching, self._generator)
        other = _distinct(covering[:0], self._not_matching, self.num_edges - self._num_matching, self._generator)
        keys = self._generator.permutation(np.concatenate((matching, other)))
        return keys // len(self._nodes.community), keys % len(self._nodes.community)

    def _num_matching_pairs(self, half_width: int) -> int:
        """Number of distinct pairs in matching communities."""
        x_sizes, y_sizes = self._x.community_sizes, self._y.community_sizes
        offsets = {offset % len(x_sizes) for offset in range(-half_width, half_width + 1)}
        ordered = sum(int(x_sizes @ np.roll(y_sizes, offset)) for offset in offsets)
        return (ordered - len(self._x.nodes)) // 2 if self._one_type else ordered

    def _covering(self) -> IntArray:
        """A key for every node that this relation must reach."""
        relation = self._relation
        x, y = self._x.nodes[:0], self._y.nodes[:0]
        if relation is _covering_relation(relation.x_type):
            x, y = self._x.nodes, self._partners(self._x.nodes, self._y)
        if relation is _covering_relation(relation.y_type):
            x = np.append(x, self._partners(self._y.nodes, self._x))
            y = np.append(y, self._y.nodes)
        return self._keys(x, y)

    def _matching(self, count: int) -> IntArray:
        """At most `count` keys of pairs in matching communities."""
        x = self._x.from_all(count)
        return self._keys(x, self._partners(x, self._y))

    def _not_matching(self, count: int) -> IntArray:
        """At most `count` keys of pairs in communities that do not match."""
        x, y = self._x.from_all(count), self._y.from_all(count)
        distance = (self._nodes.community[x] - self._nodes.community[y]) % self._nodes.num_communities
        distance = np.minimum(distance, self._nodes.num_communities - distance)
        return self._keys(x[distance > self._half_width], y[distance > self._half_width])

    def _partners(self, ends: IntArray, draw: NodeDraw) -> IntArray:
        offset = self._generator.integers(-self._half_width, self._half_width + 1, len(ends))
        return draw.from_communities((self._nodes.community[ends] + offset) % self._nodes.num_communities)

    def _keys(self, x: IntArray, y: IntArray) -> IntArray:
        if self._one_type:
            x, y = np.minimum(x, y)[x != y], np.maximum(x, y)[x != y]
        return x * len(self._nodes.community) + y


def _covering_relation(node_type: str) -> RelationCount:
    """The largest relation between a node type and another one."""
    return max(
        (r for r in RELATIONS if r.x_type != r.y_type and node_type in (r.x_type, r.y_type)), key=lambda r: r.num_edges
    )


def _distinct(keys: IntArray, draw: Callable[[int], IntArray], count: int, generator: np.random.Generator) -> IntArray:
    """Exactly `count` distinct keys: the given ones, then what is drawn; surplus goes at random."""
    keys = np.unique(keys)
    if len(keys) > count:
        return generator.choice(keys, count, replace=False)
    while missing := count - len(keys):
        drawn = np.sort(draw(3 * missing + 64))
        new = drawn[np.diff(drawn, prepend=-1) > 0]
        if len(keys):
            new = new[keys[np.searchsorted(keys, new, side="right") - 1] != new]
        if len(new) > missing:
            new = generator.choice(new, missing, replace=False, shuffle=False)
        keys = np.sort(np.concatenate((keys, new)))
    return keys
