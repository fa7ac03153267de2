"""The text of a sample graph's rows. The five columns of a node are rendered once and copied to every row it is in."""

import csv
import io
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.synthetic_counts import RelationCount
from hgt_studio.graph.synthetic_names import node_rows

_BLOCK_EDGES = 1 << 16


class RowText:
    """Renders edges as rows of PrimeKG's twelve columns, quoted where needed."""

    def __init__(self, type_ptr: IntArray, seed: int) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(node_rows(type_ptr, seed))
        lines = pa.array(text.getvalue().splitlines())
        self._as_x = pc.binary_join_element_wise(lines, "", ",")
        self._as_y = pc.binary_join_element_wise(lines, "", "\n")

    def blocks(self, relation: RelationCount, x: IntArray, y: IntArray) -> Iterator[tuple[int, memoryview]]:
        """Number of rows and text of each block; every edge from x to y and, later in the block, from y to x."""
        prefixes = pa.array([f"{relation.name},{name}," for name in relation.display])
        share_ends = np.cumsum(list(relation.display.values()))[:-1]
        display = np.searchsorted(share_ends, (np.arange(len(x)) + 0.5) / len(x))
        for first in range(0, len(x), _BLOCK_EDGES):
            part = slice(first, first + _BLOCK_EDGES)
            ends_x, ends_y = np.concatenate((x[part], y[part])), np.concatenate((y[part], x[part]))
            prefix = prefixes.take(pa.array(np.tile(display[part], 2)))
            rows = pc.binary_join_element_wise(
                prefix, self._as_x.take(pa.array(ends_x)), self._as_y.take(pa.array(ends_y)), ""
            )
            yield len(rows), _joined(rows)


def _joined(strings: pa.StringArray) -> memoryview:
    """All strings one after another, which is how Arrow keeps them."""
    _, offsets, text = strings.buffers()
    return memoryview(text)[: np.frombuffer(offsets, np.int32)[len(strings)]]
