"""Rows as text, for all formats made of lines."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hgt_studio.export.table import ExportRows, FloatArray


class TextRow(NamedTuple):
    """A node's columns and its vector, the numbers joined by the separator of the format."""

    node_index: int
    node_id: str
    node_type: str
    node_name: str
    node_source: str
    vector: str


def text_rows(rows: ExportRows, separator: str) -> Iterator[TextRow]:
    """All rows, their vectors in float32 whatever the precision asked for: text has no number format."""
    for block in rows.blocks():
        nodes = [column.to_pylist() for column in block.nodes.columns]
        yield from map(TextRow, *nodes, vector_texts(block.vectors, separator))


def vector_texts(vectors: FloatArray, separator: str) -> list[str]:
    """Each vector's numbers, joined; every number is the shortest text that reads back as the same float32."""
    numbers = pa.array(vectors.ravel()).cast(pa.string())
    ends = np.arange(0, vectors.size + 1, vectors.shape[1], dtype=np.int32)
    texts: list[str] = pc.binary_join(pa.ListArray.from_arrays(pa.array(ends), numbers), separator).to_pylist()
    return texts
