"""Fixed features of nodes, which the encoder's input is made of beside learned embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hgt_studio.config import ArchitectureConfig
from hgt_studio.graph.features_file import count_feature_columns, features_from_file
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.name_features import NAME_WIDTH, name_features
from hgt_studio.graph.structural_features import FloatMatrix, structural_features, structural_width
from hgt_studio.typing import Triplet

_LARGEST = 8.0  # standard deviations; what is rare would else be huge


class Scaling(NamedTuple):
    """What features are standardised by: float32, shape (num_types, width) each."""

    mean: FloatMatrix
    deviation: FloatMatrix


@dataclass(frozen=True, eq=False)
class NodeFeatures:
    """Features, standardised within each node type; 0 where a node has none.

    values: float32, shape (num_nodes, width). notices: what the user should know.
    """

    values: FloatMatrix
    scaling: Scaling
    notices: tuple[str, ...] = ()


def feature_width(config: ArchitectureConfig, triplets: Sequence[Triplet]) -> int:
    """Number of features of a node. triplets: of the graph."""
    structural = structural_width(triplets) if config.structural_features else 0
    in_file = count_feature_columns(Path(config.features_file)) if config.features_file else 0
    return structural + NAME_WIDTH * config.name_features + in_file


def node_features(
    graph: KnowledgeGraph, config: ArchitectureConfig, scaling: Scaling | None = None
) -> NodeFeatures | None:
    """The features that the settings ask for; None if they ask for none.

    graph: whose edges the structural features may see. scaling: to standardise by, measured on
    the graph where not given.

    Raises:
        InputError: of the features file, as `features_from_file`.
    """
    parts, notices = list[FloatMatrix](), tuple[str, ...]()
    if config.structural_features:
        parts.append(structural_features(graph))
    if config.name_features:
        parts.append(name_features(graph.nodes["name"]))
    if config.features_file:
        parts.append(features_from_file(Path(config.features_file), graph))
        if missing := int(np.isnan(parts[-1][:, 0]).sum()):
            notices = (f"{config.features_file}: has no row for {missing:,} of {graph.num_nodes:,} nodes",)
    if not parts:
        return None
    values = np.concatenate(parts, axis=1)
    scaling = scaling or _measure(values, graph)
    for number, (first, end) in enumerate(zip(graph.type_ptr[:-1], graph.type_ptr[1:], strict=True)):
        values[first:end] = (values[first:end] - scaling.mean[number]) / scaling.deviation[number]
    return NodeFeatures(np.nan_to_num(values.clip(-_LARGEST, _LARGEST)), scaling, notices)


def _measure(values: FloatMatrix, graph: KnowledgeGraph) -> Scaling:
    """Of each type and column over the nodes that have it. A constant column counts as of deviation 1."""
    mean = np.zeros((len(graph.node_types), values.shape[1]), np.float32)
    out = Scaling(mean, np.ones_like(mean))
    for number, (first, end) in enumerate(zip(graph.type_ptr[:-1], graph.type_ptr[1:], strict=True)):
        rows = values[first:end]
        present = ~np.isnan(rows)
        count = np.maximum(present.sum(0), 1)
        mean[number] = np.where(present, rows, 0.0).sum(0) / count
        deviation = np.sqrt((np.where(present, rows - mean[number], 0.0) ** 2).sum(0) / count)
        out.deviation[number] = np.where(deviation > 1e-6, deviation, 1.0)
    return out
