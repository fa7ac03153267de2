"""The rows of the tables of node types and relations."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from hgt_studio.app.theme import theme
from hgt_studio.typing import Triplet

if TYPE_CHECKING:
    from hgt_studio.graph.statistics import DegreeSummary, GraphStatistics


@dataclass(frozen=True)
class Column:
    """A column between the name and the bar. is_optional: it gives way to the name where there is little room."""

    title: str
    help: str
    is_figure: bool = True
    is_optional: bool = False


@dataclass(frozen=True)
class Kind:
    """A row. count: what its bar shows. cells: one for each column. colour: of a node type, None for a relation."""

    name: str
    details: str
    count: int
    cells: tuple[int | float | str, ...]
    colour: QColor | None = None


NODE_TYPE_COLUMNS = (
    Column("Nodes", "Number of nodes"),
    Column("Isolated", "Nodes without any edge", is_optional=True),
    Column("Degree", "In-edges of a node, on average", is_optional=True),
)
RELATION_COLUMNS = (
    Column("Between", "Node types that the relation joins", is_figure=False, is_optional=True),
    Column("Edges", "Directed edges"),
)


def node_type_kinds(statistics: "GraphStatistics") -> list[Kind]:
    """A row for each node type, in the colours used everywhere."""
    return [
        Kind(name, _degree_words(name, degree), count, (count, degree.isolated, degree.mean), theme().series(number))
        for number, (name, count) in enumerate(statistics.node_types.items())
        if (degree := statistics.in_degree[name])
    ]


def _degree_words(name: str, degree: "DegreeSummary") -> str:
    return f"{name}: {degree.mean:,.1f} in-edges on average, median {degree.median:,.0f}, at most {degree.maximum:,}"


def relation_kinds(statistics: "GraphStatistics") -> list[Kind]:
    """A row for each relation."""
    return [
        Kind(relation, f"{relation}: {between}", count, (between, count))
        for relation, count in statistics.relations.items()
        if (between := _between(t for t in statistics.triplet_edges if t.relation == relation))
    ]


def _between(triplets: Iterable[Triplet]) -> str:
    """The pairs of node types, either way round once."""
    pairs = {tuple(sorted((t.source_type, t.destination_type))) for t in triplets}
    return ", ".join(" – ".join(pair) for pair in sorted(pairs))
