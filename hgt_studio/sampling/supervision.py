"""What a batch is asked: supervision edges, negatives, contrastive pairs; a pure function of (seed, batch number)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hgt_studio.graph.hashing import GOLDEN
from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray, KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.sampling.between import EdgesBetween
from hgt_studio.sampling.fact_stream import SURE, FactStream
from hgt_studio.sampling.random_bits import below, draw_passes, stream
from hgt_studio.sampling.shape import SeedShares
from hgt_studio.sampling.subgraph import BoolArray, Float64Array, Int32Array, Int64Array, pair_keys

COUNT_UNITS = 256
WEIGHT_UNITS = 1 << 16
_MOST_COUNTED = 1 << 22
_MOST_WEIGHED = 1 << 30
_LEAST_OF_TYPE = 16


@dataclass(frozen=True)
class Questions:
    """The supervision of one batch in global node numbers.

    positives: the supervision edges. weights: int32, shape (num_positives,), what each counts for, in 1 / WEIGHT_UNITS.
    pairs: int32, shape (num_pairs, 2), contrastive pairs.
    seeds: int32, distinct and sorted: end points of both, and nodes drawn as negatives.
    seed_count: int32, shape (num_seeds,), how many nodes each seed stands for as a negative, in 1 / COUNT_UNITS.
    hidden_pairs: sorted keys of the node pairs whose edges carry no messages in this batch.
    """

    positives: EdgeList
    weights: Int32Array
    pairs: Int32Array
    seeds: Int32Array
    seed_count: Int32Array
    hidden_pairs: Int64Array


class Supervision:
    """Draws the questions of any batch; safe to use from several threads.

    Args:
        graph: gives node types and numbering.
        facts: the training edges, one direction of each.
        pairs: int32, shape (num_pairs, 2), similar nodes; may be empty.
        shares: how the seeds are shared out.
        hide: whether the supervision edges carry no messages.
        relation_exponent: see `FactStream`.
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        facts: EdgeList,
        pairs: Int32Array,
        shares: SeedShares,
        *,
        seed: int,
        hide: bool,
        relation_exponent: float = 1.0,
    ) -> None:
        self.facts, self.pairs, self.shares = facts, pairs, shares
        self._graph, self._hide = graph, hide
        edge_key, self._pair_key, self._negative_key, self._between_key = (
            np.uint64(key) for key in np.random.SeedSequence(seed).generate_state(4, np.uint64)
        )
        self._draw_facts = FactStream(facts.triplet, relation_exponent, edge_key)
        probability = self.seed_probability()
        self._counts = np.minimum(COUNT_UNITS / probability, _MOST_COUNTED).round().astype(np.int32)
        self._between = None
        if shares.between:
            self._between = EdgesBetween(facts, self._draw_facts.rates(shares.positives), probability)

    def questions(self, index: int) -> Questions:
        """The questions of batch `index`. Pairs come in passes: none twice in one."""
        shares, graph = self.shares, self._graph
        drawn = self._draw_facts(index * shares.positives, shares.positives)
        pairs = self.pairs[:0]
        if shares.pairs and len(self.pairs):
            pairs = self.pairs[draw_passes(index * shares.pairs, shares.pairs, len(self.pairs), self._pair_key)]
        ends = np.concatenate([self.facts.source[drawn], self.facts.destination[drawn]])
        negatives = _draw_negatives(
            graph.type_ptr, graph.node_type, ends, shares.negatives, self._negative_key + np.uint64(index)
        )
        seeds = np.unique(np.concatenate([ends, pairs.ravel(), negatives])).astype(np.int32)
        asked, weights = self._with_edges_between(drawn, seeds, index)
        positives = self.facts[asked]
        hidden = pair_keys(positives.source, positives.destination, graph.num_nodes) if self._hide else _NOTHING
        return Questions(positives, weights, pairs, seeds, self._counts[seeds], hidden)

    def _with_edges_between(self, drawn: Int64Array, seeds: Int32Array, index: int) -> tuple[Int64Array, Int32Array]:
        """The drawn facts, then others between the seeds; and their weights."""
        if self._between is None:
            return drawn, np.full(len(drawn), WEIGHT_UNITS, np.int32)
        key = np.uint64(stream(self._between_key, np.uint64(index)))
        more, weights = self._between.find(seeds, drawn, self.shares.between, key)
        units = np.concatenate([self._between.weight[drawn], weights]) * WEIGHT_UNITS
        return np.concatenate([drawn, more]), np.clip(units.round(), 1, _MOST_WEIGHED).astype(np.int32)

    def seed_probability(self) -> Float64Array:
        """How likely each node is among the seeds of a batch that asks for nodes of its type. shape: (num_nodes,).

        A node is left out if it is the end of no supervision edge, in no pair, and not drawn as a negative.
        """
        graph, shares, facts = self._graph, self.shares, self.facts
        sizes = np.diff(graph.type_ptr)
        misses = np.log1p(-np.minimum(self._draw_facts.rates(shares.positives), SURE))
        left_out = np.bincount(facts.source, misses, graph.num_nodes)
        left_out += np.bincount(facts.destination, misses, graph.num_nodes)
        if shares.pairs and len(self.pairs):
            miss = np.log1p(-min(shares.pairs / len(self.pairs), SURE))
            left_out += miss * np.bincount(self.pairs.ravel(), minlength=graph.num_nodes)
        asked = np.bincount(graph.node_type[np.concatenate([facts.source, facts.destination])], minlength=len(sizes))
        least = _least_of_type(shares.negatives, len(sizes))
        draws = least + asked / asked.sum() * max(0, shares.negatives - least * np.count_nonzero(asked))
        left_out += np.repeat(draws * np.log1p(-np.minimum(1 / np.maximum(sizes, 1), SURE)), sizes)
        probability: Float64Array = -np.expm1(left_out)
        return probability


_NOTHING: Int64Array = np.empty(0, dtype=np.int64)


@kernel
def _least_of_type(negatives: int, num_types: int) -> int:
    """Negatives that a type gets in any case: questions for rare nodes need rivals too. Half of all at most, or one."""
    return max(1, min(_LEAST_OF_TYPE, negatives // (2 * num_types)))


@kernel
def _draw_negatives(type_ptr: IntArray, node_type: IntArray, ends: IntArray, count: int, key: np.uint64) -> Int32Array:
    """Uniform nodes of the types of the end points, some of each type in any case, else in proportion."""
    types = len(type_ptr) - 1
    least = _least_of_type(count, types)
    seen = np.zeros(types, np.int64)
    for node in ends:
        seen[node_type[node]] += 1
    present = int(np.count_nonzero(seen))
    out = np.empty(max(count, least * present), np.int32)
    filled, state = 0, stream(key, GOLDEN)
    due = 0.0
    for t in range(types):
        if seen[t] == 0:
            continue
        due += least + seen[t] / len(ends) * (len(out) - least * present)
        while filled < int(due + 0.5) and filled < len(out):
            state += GOLDEN
            out[filled] = type_ptr[t] + below(state, type_ptr[t + 1] - type_ptr[t])
            filled += 1
    drawn: Int32Array = out[:filled]
    return drawn


class Answers(NamedTuple):
    """One direction of `KnownEdges`: edges of node n are ptr[n] .. ptr[n + 1] - 1, by triplet; `end`: the other end."""

    ptr: IntArray
    triplet: IntArray
    end: IntArray


def fill_candidate_masks(
    positives: EdgeList,
    known: KnownEdges | None,
    graph: KnowledgeGraph,
    seeds: tuple[Int32Array, Int32Array],
    row_of_node: Int32Array,
    masks: dict[str, BoolArray],
) -> None:
    """Mark the seed rows that compete for the source, and for the destination, of each supervision edge.

    The true end is one of them. A negative has the right type and, where `known` is given, is no other known answer.
    seeds: global numbers (sorted) and rows. row_of_node: int32, shape (num_nodes,), the row of each seed, -1 elsewhere.
    """
    types = graph.triplet_types
    nothing = Answers(np.zeros(graph.num_nodes + 1, np.int64), np.empty(0, np.int16), np.empty(0, np.int32))
    by_destination = by_source = nothing
    if known is not None:
        by_destination = Answers(known.destination_ptr, known.destination_triplet, known.destination_source)
        by_source = Answers(known.source_ptr, known.source_triplet, known.source_destination)
    s, t, d = positives.source, positives.triplet, positives.destination
    _mark(s, d, t, types[:, 0], graph.type_ptr, by_destination, seeds, row_of_node, masks["source_candidates"])
    _mark(d, s, t, types[:, 1], graph.type_ptr, by_source, seeds, row_of_node, masks["destination_candidates"])


@kernel
def _mark(
    true_end: IntArray,
    other_end: IntArray,
    triplet: IntArray,
    type_of: IntArray,
    type_ptr: IntArray,
    known: Answers,
    seeds: tuple[Int32Array, Int32Array],
    row_of_node: Int32Array,
    mask: BoolArray,
) -> None:
    """One direction: candidates for `true_end` given `other_end`; `known` lists true ends by other end and triplet.

    Edges that ask the same question have the same negatives, which are found once.
    """
    nodes, rows = seeds
    mask[:, :] = False
    negatives, asked = np.zeros(mask.shape[1], np.bool_), np.int64(-1)
    question = other_end.astype(np.int64) * len(type_of) + triplet
    for i in np.argsort(question):
        if question[i] != asked:
            asked, t = question[i], type_of[triplet[i]]
            negatives[:] = False
            for row in rows[np.searchsorted(nodes, type_ptr[t]) : np.searchsorted(nodes, type_ptr[t + 1])]:
                negatives[row] = True
            begin, end = known.ptr[other_end[i]], known.ptr[other_end[i] + 1]
            left = begin + np.searchsorted(known.triplet[begin:end], triplet[i])
            right = begin + np.searchsorted(known.triplet[begin:end], triplet[i] + 1)
            for node in known.end[left:right]:
                if row_of_node[node] >= 0:
                    negatives[row_of_node[node]] = False
        for row in range(len(negatives)):
            mask[i, row] = negatives[row]
        mask[i, row_of_node[true_end[i]]] = True


def fill_pair_mask(pairs: Int32Array, all_pairs: Int64Array, num_nodes: int, mask: BoolArray) -> None:
    """Mark, for the first of each pair, its own second and those of other pairs that are not similar to it.

    all_pairs: the sorted keys of all similar pairs.
    """
    first, second = pairs[:, 0][:, None].astype(np.int64), pairs[:, 1][None, :].astype(np.int64)
    keys = np.minimum(first, second) * num_nodes + np.maximum(first, second)
    at = np.minimum(np.searchsorted(all_pairs, keys), max(len(all_pairs) - 1, 0))
    similar = all_pairs[at] == keys if len(all_pairs) else np.zeros(keys.shape, bool)
    mask[:, :] = ~similar & (first != second)
    np.fill_diagonal(mask, True)
