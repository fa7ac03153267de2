"""TensorBoard's Embedding Projector: `vectors.tsv` without a header beside `metadata.tsv` with one."""

import re
from typing import BinaryIO

from hgt_studio.export.table import ExportRows
from hgt_studio.export.text import text_rows

LABELS = ("node_name", "node_type", "node_id", "node_source", "node_index")
CELL_ENDS = re.compile(r"[\t\r\n]+")


def write_vectors(rows: ExportRows, file: BinaryIO) -> None:
    """A line per node, numbers separated by tabs."""
    for row in text_rows(rows, "\t"):
        file.write(f"{row.vector}\n".encode())


def write_metadata(rows: ExportRows, file: BinaryIO) -> None:
    """A line per node after the header; the projector labels points with the first column."""
    file.write(("\t".join(LABELS) + "\n").encode())
    columns = [rows.nodes()[name].to_pylist() for name in LABELS]
    for cells in zip(*columns, strict=True):
        file.write(("\t".join(CELL_ENDS.sub(" ", str(cell)) for cell in cells) + "\n").encode())
