"""Training edges that lie between the seeds of a batch anyway: further supervision that costs no neighbours."""

import numpy as np

from hgt_studio.graph.hashing import mix
from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray
from hgt_studio.sampling.fact_stream import SURE
from hgt_studio.sampling.subgraph import Float64Array, Int32Array, Int64Array


class EdgesBetween:
    """Finds the training edges between seeds, and says what an edge counts for.

    An edge can be asked because it is drawn, or because both its ends are seeds for other reasons, which happens most
    often between nodes of many edges. Each counts for the chance of being drawn over the chance of being asked
    (Horvitz & Thompson 1952), so on average every edge has the weight that the draws alone would give it.

    Args:
        facts: the training edges, one direction of each.
        rates: how often each is drawn for a batch, shape (num_facts,).
        seed_probability: of each node, shape (num_nodes,).
    """

    def __init__(self, facts: EdgeList, rates: Float64Array, seed_probability: Float64Array) -> None:
        order = np.argsort(facts.source, kind="stable")
        self._fact, self._destination = order.astype(np.int32), facts.destination[order]
        self._ptr = np.concatenate([[0], np.cumsum(np.bincount(facts.source, minlength=len(seed_probability)))])
        drawn = np.minimum(rates, SURE)
        otherwise = np.ones(len(facts))
        for ends in (facts.source, facts.destination):  # an end that is a seed, were this edge not drawn
            otherwise *= np.clip(1.0 - (1.0 - seed_probability[ends]) / (1.0 - drawn), 0.0, 1.0)
        self.weight: Float64Array = drawn / (1.0 - (1.0 - drawn) * (1.0 - otherwise))

    def find(self, seeds: Int32Array, drawn: Int64Array, most: int, key: np.uint64) -> tuple[Int64Array, Float64Array]:
        """At most so many edges between seeds that are not drawn, and their weights. Returns positions among the facts.

        Where there are more, those of small weight stand for each other.
        """
        found = _between(seeds, self._ptr, self._destination, self._fact)
        found = found[~np.isin(found, drawn)]
        weight = self.weight[found]
        if len(found) <= most:
            return found, weight
        chosen, weight = thin(weight, most, key)
        return found[chosen], weight


@kernel
def _between(seeds: Int32Array, ptr: Int64Array, destination: IntArray, fact: Int32Array) -> Int64Array:
    is_seed = np.zeros(len(ptr) - 1, np.bool_)
    for node in seeds:
        is_seed[node] = True
    count = 0
    for node in seeds:
        for edge in range(ptr[node], ptr[node + 1]):
            count += is_seed[destination[edge]]
    out = np.empty(count, np.int64)
    count = 0
    for node in seeds:
        for edge in range(ptr[node], ptr[node + 1]):
            if is_seed[destination[edge]]:
                out[count] = fact[edge]
                count += 1
    return out


@kernel
def thin(weight: Float64Array, most: int, key: np.uint64) -> tuple[Int64Array, Float64Array]:
    """Positions of at most so many, which is less than there are; and weights that stand for the others too."""
    chance = _chances(weight, most)
    chosen = _systematic(chance, most, key)
    return chosen, weight[chosen] / chance[chosen]


@kernel
def _chances(weight: Float64Array, most: int) -> Float64Array:
    """In proportion to the weights, at most 1, with the sum `most`, which is less than there are weights."""
    scale = most / weight.sum()
    while True:
        certain, rest = 0, 0.0
        for value in weight:
            if value * scale >= 1.0:
                certain += 1
            else:
                rest += value
        larger = (most - certain) / rest
        if larger <= scale * (1.0 + 1e-12):
            chances: Float64Array = np.minimum(weight * scale, 1.0)
            return chances
        scale = larger


@kernel
def _systematic(chance: Float64Array, most: int, key: np.uint64) -> Int64Array:
    """Positions, each with its chance, `most` of them but for round-off (Madow 1949). `most`: sum of the chances."""
    out = np.empty(most, np.int64)
    mark, total, count = (mix(key) >> np.uint64(11)) * 2.0**-53, 0.0, 0
    for position, value in enumerate(chance):
        total += value
        if total > mark and count < most:
            out[count] = position
            count += 1
            mark += 1.0
    return out[:count]
