"""Candidates for the missing end of an edge, ranked by the trained decoder: which diseases may this drug treat?"""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hgt_studio.errors import InputError, suggest
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.model.decoder import Decoder
from hgt_studio.typing import Triplet

End = Literal["destination", "source"]


class Candidate(NamedTuple):
    """A node, its score, and whether the graph has the edge already."""

    node: int
    score: float
    is_known: bool


class CandidateRanker:
    """Ranks all nodes of the right type as the missing end of edges of one graph.

    Args:
        graph: the graph that was trained on.
        vectors: float32, shape (num_nodes, embedding_dim), on the decoder's device.
        decoder: of the trained network.
    """

    def __init__(self, graph: KnowledgeGraph, vectors: Tensor, decoder: Decoder) -> None:
        self.graph = graph
        self._vectors, self._decoder = vectors, decoder
        self._known = KnownEdges.build(graph.edges(), graph.num_nodes)

    def questions(self, node: int) -> list[tuple[Triplet, End]]:
        """What can be asked about a node: the triplets that its type is an end of, and the end that is missing."""
        name = self.graph.node_types[int(self.graph.node_type[node])]
        asked: list[tuple[Triplet, End]] = []
        for triplet in self.graph.triplets:
            if triplet.source_type == name:
                asked.append((triplet, "destination"))
            elif triplet.destination_type == name:
                asked.append((triplet, "source"))
        return asked

    @torch.no_grad()
    def rank(self, node: int, triplet: Triplet, missing: End, count: int, *, hide_known: bool) -> list[Candidate]:
        """The best `count` candidates, the best first; a node is no candidate for itself.

        Raises:
            InputError: the graph has no such triplet.
        """
        if triplet not in self.graph.triplets:
            names = [str(known) for known in self.graph.triplets]
            raise InputError(f"the graph has no edges {triplet}; {suggest(str(triplet), names)}")
        number = self.graph.triplets.index(triplet)
        candidates = self.graph.nodes_of(triplet[2 if missing == "destination" else 0])
        score = self._scores(node, number, missing, candidates)
        known = self._known_ends(node, number, missing) - candidates.start
        if hide_known:
            score[known] = -np.inf
        if node in candidates:
            score[node - candidates.start] = -np.inf
        count = min(count, int(np.isfinite(score).sum()))
        best = np.argsort(-score, kind="stable")[:count]
        is_known = np.zeros(len(score), bool)
        is_known[known] = True
        return [Candidate(candidates.start + int(at), float(score[at]), bool(is_known[at])) for at in best]

    def _scores(self, node: int, triplet: int, missing: End, candidates: range) -> npt.NDArray[np.float32]:
        place = self._vectors.device
        question = triplet if missing == "destination" else triplet + len(self.graph.triplets)
        given = self._vectors[node : node + 1]
        query = self._decoder.query(given, torch.tensor([question], device=place))
        score = self._decoder.score(query, self._vectors[candidates.start : candidates.stop])
        found: npt.NDArray[np.float32] = score[0].float().cpu().numpy()
        return found

    def _known_ends(self, node: int, triplet: int, missing: End) -> npt.NDArray[np.int64]:
        ends = self._known.destinations if missing == "destination" else self._known.sources
        return np.asarray(ends(node, triplet), dtype=np.int64)
