"""Filtered ranking of held-out edges against all nodes of the right type, in bounded memory and few shapes.

Queries are ranked in blocks of a fixed size, so a run has one shape of score matrix for each node type. The answer, its
negative and the other known answers are all read from the block that ranks them. Nothing waits for the device before
the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.model.decoder import Decoder
from hgt_studio.training.evaluation_set import EvaluationSet, Queries
from hgt_studio.training.known_answers import other_known_positions
from hgt_studio.typing import CancelToken

MAX_BLOCK_QUERIES = 256
FILTER_CHUNK = 1 << 15
# A float32 score, a comparison and its int32 copy that a device may make to sum it, and room for the queries.
BYTES_PER_SCORE = 12
# The same two vectors can score differently at two columns of one matrix product, by float32 round-off.
RELATIVE_ROUND_OFF = 1e-6


@dataclass(frozen=True, eq=False)
class Ranking:
    """Column 0 asked for the destination, column 1 for the source; all of shape (num_edges, 2).

    rank: float64, from 1, ties (scores equal up to round-off) as their mean rank; a candidate's NaN counts as better.
    positive_score, negative_score: float32, of the edge and of its random negative (NaN where there is none).
    """

    rank: npt.NDArray[np.float64]
    positive_score: npt.NDArray[np.float32]
    negative_score: npt.NDArray[np.float32]


@torch.inference_mode()
def rank_edges(
    embeddings: Tensor,
    decoder: Decoder,
    evaluation_set: EvaluationSet,
    *,
    memory_budget_bytes: int,
    cancel: CancelToken | None = None,
) -> Ranking:
    """Rank the true destination and the true source of every edge; other known answers do not count.

    embeddings: float32, shape (num_nodes, dim), on the device that computes. The budget bounds what is allocated beside
    them, but one query is always scored against all its candidates at once: 12 bytes a node of its type.

    Raises:
        CancelledError: the user stopped it.
    """
    type_ptr = evaluation_set.graph.type_ptr
    sides = []
    for queries in (evaluation_set.destinations, evaluation_set.sources):
        blocks, doubled_ranks, scores = [], [], []
        for block in _blocks(queries.candidate_type, type_ptr, memory_budget_bytes):
            if cancel is not None:
                cancel.check()
            doubled_rank, score = _rank_block(embeddings, decoder, queries, block)
            blocks.append(block)
            doubled_ranks.append(doubled_rank)
            scores.append(score)
        # The only synchronisation points: two copies to the host a side.
        doubled_rank, score = torch.cat(doubled_ranks).cpu(), torch.cat(scores, dim=1).cpu()
        sides.append(_in_edge_order(queries, blocks, doubled_rank.numpy(), score.numpy()))
    rank, positive, negative = (np.stack(columns, axis=1) for columns in zip(*sides, strict=True))
    return Ranking(rank, positive, negative)


@dataclass(frozen=True, eq=False)
class _Block:
    """Queries scored together. rows: shape (block_size,), from `num_queries` on the last one again, as padding."""

    rows: IntArray
    num_queries: int
    first_candidate: int
    num_candidates: int


def _blocks(candidate_type: IntArray, type_ptr: IntArray, memory_budget_bytes: int) -> Iterator[_Block]:
    for number, (first, last) in enumerate(zip(type_ptr[:-1].tolist(), type_ptr[1:].tolist(), strict=True)):
        rows = np.flatnonzero(candidate_type == number)
        affordable = memory_budget_bytes // (BYTES_PER_SCORE * max(last - first, 1))
        size = min(max(affordable, 1), MAX_BLOCK_QUERIES)
        for start in range(0, len(rows), size):
            chosen = rows[start : start + size]
            padded = np.pad(chosen, (0, size - len(chosen)), mode="edge")
            yield _Block(padded, len(chosen), first, last - first)


def _rank_block(embeddings: Tensor, decoder: Decoder, queries: Queries, block: _Block) -> tuple[Tensor, Tensor]:
    """Twice the rank, int32, shape (block_size,), and the scores of answer and negative, shape (2, block_size)."""

    def upload(values: IntArray) -> Tensor:
        return torch.from_numpy(values.astype(np.int64)).to(embeddings.device)

    given = embeddings.index_select(0, upload(queries.node[block.rows]))
    query = decoder.query(given, upload(queries.question[block.rows]))
    candidates = embeddings.narrow(0, block.first_candidate, block.num_candidates)
    score = decoder.score(query, candidates)

    columns = np.stack([queries.answer[block.rows], np.maximum(queries.negative[block.rows], block.first_candidate)], 1)
    answer_and_negative = score.gather(1, upload(columns - block.first_candidate))
    for chunk in _filter_chunks(queries, block):
        score.view(-1).scatter_(0, upload(chunk), -torch.inf)

    answer = answer_and_negative[:, :1]
    tolerance = answer.abs() * RELATIVE_ROUND_OFF
    num_worse = (score < answer - tolerance).sum(1, dtype=torch.int32)
    num_not_better = (score <= answer + tolerance).sum(1, dtype=torch.int32)
    # better = N - not_better and tied = not_better - worse - 1 others, so rank = 1 + better + tied / 2.
    doubled_rank = 2 * block.num_candidates + 1 - num_worse - num_not_better
    return doubled_rank, answer_and_negative.t()


def _filter_chunks(queries: Queries, block: _Block) -> Iterator[IntArray]:
    """Positions in the flat score block of known answers other than the one asked for, in chunks of one length."""
    rows = block.rows[: block.num_queries]
    positions = other_known_positions(
        queries.known, queries.node[rows], queries.triplet[rows], queries.answer[rows],
        block.first_candidate, block.num_candidates,
    )  # fmt: skip
    for start in range(0, len(positions), FILTER_CHUNK):
        chunk = positions[start : start + FILTER_CHUNK]
        yield np.pad(chunk, (0, FILTER_CHUNK - len(chunk)), mode="edge")


def _in_edge_order(
    queries: Queries, blocks: list[_Block], doubled_rank: IntArray, score: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    rows = np.concatenate([block.rows for block in blocks])
    used = np.concatenate([np.arange(len(block.rows)) < block.num_queries for block in blocks])
    edge_order = np.argsort(rows[used])
    rank = doubled_rank[used][edge_order] / 2
    positive, negative = score[:, used][:, edge_order]
    return rank, positive, np.where(queries.negative >= 0, negative, np.nan).astype(np.float32)
