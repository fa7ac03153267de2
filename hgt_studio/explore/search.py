"""Nodes by name or id."""

import numpy as np
import pyarrow.compute as pc

from hgt_studio.explore.space import EmbeddingSpace


def find_nodes(space: EmbeddingSpace, text: str, limit: int = 100) -> list[int]:
    """Nodes whose name or id contains a text, whatever the case: whole matches first, then beginnings, then the rest.

    Among equals the shorter name comes first.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return []
    rank = np.full(len(space), 3, np.int8)
    for column in (space.names, space.ids):
        lower = pc.utf8_lower(pc.fill_null(column, ""))
        for place, found in enumerate(
            (pc.equal(lower, wanted), pc.starts_with(lower, wanted), pc.match_substring(lower, wanted))
        ):
            hits = found.to_numpy(zero_copy_only=False)
            rank[hits] = np.minimum(rank[hits], place)
    found_nodes = np.flatnonzero(rank < 3)
    length = pc.utf8_length(pc.fill_null(space.names, "")).to_numpy()[found_nodes]
    order = np.lexsort((found_nodes, length, rank[found_nodes]))
    return [int(node) for node in found_nodes[order[:limit]]]
