"""Keeps the part of a graph that the settings name."""

from collections.abc import Sequence

import numpy as np

from hgt_studio.config import DataConfig
from hgt_studio.errors import InputError, suggest
from hgt_studio.graph.connected_part import connected_part
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.subgraph import Mask, subgraph


def filter_graph(graph: KnowledgeGraph, config: DataConfig) -> KnowledgeGraph:
    """The graph of the node types and relations chosen, then a connected part of it where the nodes are limited.

    Raises:
        InputError: a node type or relation is unknown (the nearest is suggested), or nothing is left.
    """
    keep_type = _chosen("node type", graph.node_types, config.include_node_types, config.exclude_node_types)
    keep_relation = _chosen("relation", graph.relations, config.include_relations, config.exclude_relations)
    if not (keep_type.all() and keep_relation.all()):
        relations = {name for name, keep in zip(graph.relations, keep_relation, strict=True) if keep}
        keep_triplet = np.array([triplet.relation in relations for triplet in graph.triplets])
        graph = subgraph(graph, keep_type[graph.node_type], keep_triplet)
    if config.limit_nodes is not None and config.limit_nodes < graph.num_nodes:
        graph = subgraph(graph, connected_part(graph, config.limit_nodes), np.ones(len(graph.triplets), bool))
    return graph


def _chosen(kind: str, names: Sequence[str], include: Sequence[str] | None, exclude: Sequence[str]) -> Mask:
    """bool, one for each name."""
    for name in (*(include or ()), *exclude):
        if name not in names:
            raise InputError(f"the graph has no {kind} '{name}'; {suggest(name, names)}")
    return np.array([(include is None or name in include) and name not in exclude for name in names], bool)
