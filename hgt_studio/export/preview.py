"""What an export will hold and how large it will be, before it is written."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hgt_studio.config import ExportConfig
from hgt_studio.export.table import NODE_COLUMNS, EmbeddingTable, ExportRows, select_rows
from hgt_studio.export.text import text_rows
from hgt_studio.export.writers import WRITERS, Writer
from hgt_studio.graph.knowledge_graph import KnowledgeGraph

SHOWN_ROWS = 10
SAMPLE_ROWS = (128, 768)


@dataclass(frozen=True, slots=True)
class ExportPreview:
    """`first_rows`: the cells under `columns`, the last of them the vector's numbers separated by blanks.

    num_rows: rows the export will write. size_bytes: the expected size of all its files together.
    """

    columns: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    num_rows: int
    size_bytes: int


def preview_export(
    graph: KnowledgeGraph,
    embedding_dim: int,
    config: ExportConfig,
    vectors: npt.NDArray[np.float32] | None = None,
) -> ExportPreview:
    """The first rows and the expected size; nothing touches the disk.

    vectors: shape (num_nodes, embedding_dim); while there are none yet, typical numbers stand in for them and the
    vectors' cells stay empty.

    Raises:
        InputError: a node type of the filter is unknown.
        ExportError: no node is left, or h5ad without anndata.
    """
    shown = vectors is not None
    if vectors is None:
        config = config.model_copy(update={"normalisation": "none"})
        typical = np.random.default_rng(0).normal(0, 0.3, embedding_dim).astype(np.float32)
        vectors = np.broadcast_to(typical, (graph.num_nodes, embedding_dim))
    rows = select_rows(EmbeddingTable(vectors, graph), config)
    cells = [tuple(map(str, row)) for row in text_rows(rows.pick(np.arange(min(SHOWN_ROWS, len(rows)))), " ")]
    return ExportPreview(
        columns=(*NODE_COLUMNS, "embedding"),
        first_rows=tuple(cells if shown else ((*row[:-1], "") for row in cells)),
        num_rows=len(rows),
        size_bytes=sum(expected_bytes(rows, write) for write in WRITERS[config.format].values()),
    )


def expected_bytes(rows: ExportRows, write: Writer) -> int:
    """The size of a file, extrapolated from two samples of its rows that the writer itself writes in memory.

    Exact for vectors in binary formats; texts and printed numbers are as long on average as in the sample.
    """
    few, many = (min(count, len(rows)) for count in SAMPLE_ROWS)
    few_bytes, many_bytes = (_sample_bytes(rows, count, write) for count in (few, many))
    bytes_per_row = (many_bytes - few_bytes) / (many - few) if many > few else 0.0
    return round(many_bytes + bytes_per_row * (len(rows) - many))


def _sample_bytes(rows: ExportRows, count: int, write: Writer) -> int:
    """The size of a file of `count` rows, evenly spread."""
    file = io.BytesIO()
    write(rows.pick(np.linspace(0, len(rows) - 1, count).astype(np.int64)), file)
    return len(file.getvalue())
