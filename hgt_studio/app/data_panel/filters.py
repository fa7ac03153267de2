"""What the filters keep of a graph, from its counts alone: exact, as they keep or drop whole kinds."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hgt_studio.config import DataConfig

if TYPE_CHECKING:
    from hgt_studio.graph.statistics import GraphStatistics


@dataclass(frozen=True)
class Kept:
    """The kinds that are kept, and how much of the graph that is.

    type_nodes, relation_edges: nodes of the types kept, edges that are left of the relations kept.
    """

    node_types: frozenset[str]
    relations: frozenset[str]
    type_nodes: Mapping[str, int]
    relation_edges: Mapping[str, int]

    @property
    def num_nodes(self) -> int:
        return sum(self.type_nodes.values())

    @property
    def num_edges(self) -> int:
        return sum(self.relation_edges.values())


def kept_by(data: DataConfig, statistics: "GraphStatistics") -> Kept:
    """What the filters of `data` keep, before the node limit."""
    types = _chosen(statistics.node_types, data.include_node_types, data.exclude_node_types)
    relations = _chosen(statistics.relations, data.include_relations, data.exclude_relations)
    edges = Counter[str]()
    for triplet, count in statistics.triplet_edges.items():
        if triplet.relation in relations and {triplet.source_type, triplet.destination_type} <= types:
            edges[triplet.relation] += count
    return Kept(types, relations, {name: statistics.node_types[name] for name in types}, edges)


def keep_only(
    data: DataConfig, statistics: "GraphStatistics", node_types: Collection[str], relations: Collection[str]
) -> DataConfig:
    """The settings that keep just these kinds: those dropped are named, so names of another graph go."""
    return data.model_copy(
        update={
            "include_node_types": None,
            "exclude_node_types": tuple(name for name in statistics.node_types if name not in node_types),
            "include_relations": None,
            "exclude_relations": tuple(name for name in statistics.relations if name not in relations),
        }
    )


def _chosen(names: Iterable[str], include: Collection[str] | None, exclude: Collection[str]) -> frozenset[str]:
    return frozenset(name for name in names if (include is None or name in include) and name not in exclude)
