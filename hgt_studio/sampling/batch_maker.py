"""Makes the batch of any number: questions, sampled neighbourhood, padding. The result depends on the seed alone."""

import numpy as np
import torch

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.sampling.batch import Batch, index_views, mask_views, type_runs
from hgt_studio.sampling.pack import Usage, pack
from hgt_studio.sampling.plan import roomy_shape
from hgt_studio.sampling.shape import BatchShape
from hgt_studio.sampling.subgraph import BoolArray, Int32Array, Sampler, Subgraph, pair_keys
from hgt_studio.sampling.supervision import Questions, Supervision, fill_candidate_masks, fill_pair_mask


class BatchMaker:
    """Makes batches of one shape. Not for two threads at once: each thread works with a copy.

    Args:
        graph: the message-passing graph.
        sampler: samples it.
        supervision: what the batches are asked.
        known: edges that may not serve as negatives, or None to allow all.
        seed: seed of the sampling.
        edge_dropout: share of the sampled edges that is left out again.
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        sampler: Sampler,
        supervision: Supervision,
        known: KnownEdges | None,
        seed: int,
        edge_dropout: float = 0.0,
    ) -> None:
        self._graph, self._sampler, self._supervision, self._known = graph, sampler, supervision, known
        self._seed, self._edge_dropout = seed, edge_dropout
        pairs = supervision.pairs
        self._similar = pair_keys(pairs[:, 0], pairs[:, 1], graph.num_nodes)
        self._row_of_node = np.full(graph.num_nodes, -1, dtype=np.int32)

    def copy(self) -> "BatchMaker":
        """A maker of the same batches for another thread."""
        return BatchMaker(
            self._graph, self._sampler.copy(), self._supervision, self._known, self._seed, self._edge_dropout
        )  # fmt: skip

    def sample(self, index: int) -> tuple[Questions, Subgraph]:
        """The questions of batch `index` and the neighbourhood sampled for them."""
        questions = self._supervision.questions(index)
        key = int(np.random.SeedSequence((self._seed, index)).generate_state(1, np.uint64)[0])
        subgraph = self._sampler.sample(questions.seeds, questions.hidden_pairs, key)
        if self._edge_dropout:
            draws = np.random.default_rng(key).random(len(subgraph.source), dtype=np.float32)
            subgraph = subgraph.without_edges(draws < self._edge_dropout)
        return questions, subgraph

    def measure(self, index: int, node_tile: int, segment_tile: int) -> Usage:
        """What batch `index` uses of a shape that has room for all of it."""
        _, subgraph = self.sample(index)
        roomy = roomy_shape(subgraph, self._graph, node_tile, segment_tile)
        views = index_views(np.empty(roomy.num_indices, dtype=np.int32), roomy)
        return pack(subgraph, self._graph.node_type, len(self._graph.triplets), roomy, views)[1]

    def make(self, index: int, shape: BatchShape) -> Batch:
        """Batch `index`, padded to `shape`."""
        questions, subgraph = self.sample(index)
        indices = np.zeros(shape.num_indices, dtype=np.int32)
        masks = np.zeros(shape.num_mask_values, dtype=np.bool_)
        views = index_views(indices, shape)
        row_of, usage = pack(subgraph, self._graph.node_type, len(self._graph.triplets), shape, views)
        rows = row_of[: len(questions.seeds)]
        self._row_of_node[questions.seeds] = rows
        views["seed_count"][rows] = questions.seed_count
        self._ask(questions, rows, views, mask_views(masks, shape))
        self._row_of_node[questions.seeds] = -1
        runs = type_runs(views["tile_type"], usage, shape)
        return Batch(index, shape, torch.from_numpy(indices), torch.from_numpy(masks), runs, usage)

    def _ask(
        self,
        questions: Questions,
        rows: Int32Array,
        views: dict[str, Int32Array],
        masks: dict[str, BoolArray],
    ) -> None:
        """Fill in the supervision arrays and masks."""
        positives, pairs, row = questions.positives, questions.pairs, self._row_of_node
        count = len(positives)
        views["positive_source"][:count] = row[positives.source]
        views["positive_destination"][:count] = row[positives.destination]
        views["positive_triplet"][:count] = positives.triplet
        views["positive_weight"][:count] = questions.weights
        fill_candidate_masks(positives, self._known, self._graph, (questions.seeds, rows), row, masks)
        if len(pairs):
            views["pair_first"][:], views["pair_second"][:] = row[pairs[:, 0]], row[pairs[:, 1]]
            fill_pair_mask(pairs, self._similar, self._graph.num_nodes, masks["pair_candidates"])
