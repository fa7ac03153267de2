"""The graph as a table of edges with PrimeKG's columns."""

from typing import TYPE_CHECKING

import numpy as np

from hgt_studio.graph.columns import PRIMEKG_COLUMNS
from hgt_studio.graph.knowledge_graph import KnowledgeGraph

if TYPE_CHECKING:
    import pandas as pd


def to_pandas(graph: KnowledgeGraph) -> "pd.DataFrame":
    """One row for each edge in stored order; x is the source, y the destination.

    `display_relation` repeats `relation`: a graph keeps no second name of it.
    """
    import pandas as pd

    edges = graph.edges()
    relations = np.array([triplet.relation for triplet in graph.triplets], dtype=object)[edges.triplet]
    columns = {"relation": relations, "display_relation": relations}
    for side, nodes in (("x", edges.source), ("y", edges.destination)):
        columns[f"{side}_index"] = graph.nodes["index"].to_numpy()[nodes]
        columns[f"{side}_type"] = np.array(graph.node_types, dtype=object)[graph.node_type[nodes]]
        for part in ("id", "name", "source"):
            columns[f"{side}_{part}"] = graph.nodes[part].to_numpy()[nodes]
    return pd.DataFrame(columns, columns=list(PRIMEKG_COLUMNS))
