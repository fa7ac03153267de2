"""The questions an evaluation asks: held-out facts drawn once, with their filters and their random negatives."""

from dataclasses import dataclass

import numpy as np

from hgt_studio.errors import TrainingError
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray, KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.training.known_answers import KnownAnswers, draw_unknown

NEGATIVES = "one random node of the right type per held-out edge and direction, never a known answer"


@dataclass(frozen=True, eq=False)
class Queries:
    """For each held-out edge one end and the triplet are given, the other end is asked for.

    question: int64, shape (num_edges,), as the decoder counts them: the triplet, plus num_triplets where the source
        is asked for.
    node, answer: int32, shape (num_edges,), global node numbers.
    triplet, candidate_type: int16, shape (num_edges,).
    negative: int32, shape (num_edges,): a random node of the answer's type that is no known answer, -1 if all are.
    """

    question: IntArray
    node: IntArray
    triplet: IntArray
    answer: IntArray
    candidate_type: IntArray
    negative: IntArray
    known: KnownAnswers


@dataclass(frozen=True, eq=False)
class EvaluationSet:
    """The same questions for every evaluation of a run: each edge asks for its destination and for its source."""

    graph: KnowledgeGraph
    edges: EdgeList
    destinations: Queries
    sources: Queries


def draw_evaluation_set(
    held_out: EdgeList, known: KnownEdges, graph: KnowledgeGraph, *, max_edges_per_relation: int, seed: int
) -> EvaluationSet:
    """Draw at most so many edges of each relation (0: all) and a negative for each edge and direction.

    `known` holds all edges of the graph, held-out ones too, in both directions. The same seed gives the same draw, and
    a larger maximum only adds edges.

    Raises:
        TrainingError: there is no held-out edge.
    """
    if not len(held_out):
        raise TrainingError("there are no held-out edges to rank; raise data.validation_share and data.test_share")
    generator = np.random.default_rng(seed)
    edges = held_out
    priority = generator.random(len(held_out))
    if max_edges_per_relation:
        relation = relation_of(held_out, graph)
        order = np.lexsort((priority, relation))
        start = np.searchsorted(relation[order], relation[order])
        edges = held_out[np.sort(order[np.arange(len(order)) - start < max_edges_per_relation])]
    source_type, destination_type = graph.triplet_types[edges.triplet].T
    by_source = KnownAnswers(known.source_ptr, known.source_triplet, known.source_destination)
    by_destination = KnownAnswers(known.destination_ptr, known.destination_triplet, known.destination_source)

    def negatives(answers: KnownAnswers, node: IntArray, candidate_type: IntArray) -> IntArray:
        first, size = graph.type_ptr[candidate_type], np.diff(graph.type_ptr)[candidate_type]
        return draw_unknown(answers, node, edges.triplet, first, size, generator.random(len(edges)))

    destinations = Queries(
        edges.triplet.astype(np.int64), edges.source, edges.triplet, edges.destination, destination_type,
        negatives(by_source, edges.source, destination_type), by_source,
    )  # fmt: skip
    sources = Queries(
        edges.triplet.astype(np.int64) + len(graph.triplets), edges.destination, edges.triplet, edges.source,
        source_type, negatives(by_destination, edges.destination, source_type), by_destination,
    )  # fmt: skip
    return EvaluationSet(graph, edges, destinations, sources)


def relation_of(edges: EdgeList, graph: KnowledgeGraph) -> IntArray:
    """Position in `graph.relations` of each edge's relation, shape (num_edges,)."""
    number = {name: i for i, name in enumerate(graph.relations)}
    of_triplet = np.array([number[triplet.relation] for triplet in graph.triplets], dtype=np.int32)
    return of_triplet[edges.triplet]
