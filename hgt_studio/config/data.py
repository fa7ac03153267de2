"""Which part of the graph file is read, and how its edges are split."""

from hgt_studio.config.field import Section, setting


class ColumnMapping(Section):
    """Names of the columns of a table that is not PrimeKG's; empty means that there is no such column."""

    head: str = setting("", "Head", "column that identifies the source node of an edge")
    relation: str = setting("", "Relation", "column that names the relation; empty: all edges are of one relation")
    tail: str = setting("", "Tail", "column that identifies the destination node of an edge")
    head_type: str = setting("", "Head type", "column with the node type of the head; empty: all nodes are of one type")
    tail_type: str = setting("", "Tail type", "column with the node type of the tail")
    head_name: str = setting("", "Head name", "column with a name to show for the head")
    tail_name: str = setting("", "Tail name", "column with a name to show for the tail")
    head_source: str = setting("", "Head source", "column with the vocabulary that the head's id comes from")
    tail_source: str = setting("", "Tail source", "column with the vocabulary that the tail's id comes from")


class DataConfig(Section):
    """Filters, reverse edges and the split into train, validation and test."""

    columns: ColumnMapping | None = setting(
        None, "Columns", "column mapping of a table that is not PrimeKG's; guessed when not given", advanced=True
    )
    include_node_types: tuple[str, ...] | None = setting(
        None, "Node types", "keep these node types and the edges between them; not set: all"
    )
    exclude_node_types: tuple[str, ...] = setting((), "Without node types", "drop these node types and their edges")
    include_relations: tuple[str, ...] | None = setting(None, "Relations", "keep these relations; not set: all")
    exclude_relations: tuple[str, ...] = setting((), "Without relations", "drop these relations")
    limit_nodes: int | None = setting(
        None, "Node limit", "keep a connected part of at most this many nodes; not set: all", unit="nodes", ge=2
    )
    add_reverse_edges: bool = setting(
        True, "Add reverse edges", "give every edge that lacks one a reverse edge, so that messages flow both ways"
    )
    validation_share: float = setting(
        0.05, "Validation share", "share of the undirected pairs of each relation held out to watch training",
        ge=0.0, le=0.4,
    )  # fmt: skip
    test_share: float = setting(
        0.05, "Test share", "share of the undirected pairs of each relation held out for the final metrics",
        ge=0.0, le=0.4,
    )  # fmt: skip
    split_seed: int = setting(
        0, "Split seed", "seed of the split; runs with the same seed compare", ge=0, advanced=True
    )
