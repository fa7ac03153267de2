"""What is exported: vectors and the nodes they belong to, selected and normalised, in blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hgt_studio.config import ExportConfig
from hgt_studio.errors import ExportError
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.typing import CancelToken, Progress, ProgressCallback

FloatArray = npt.NDArray[np.floating]
BLOCK_VALUES = 2**18

NODE_COLUMNS = ("node_index", "node_id", "node_type", "node_name", "node_source")


@dataclass(frozen=True, eq=False)
class EmbeddingTable:
    """Embeddings of all nodes of a graph.

    vectors: float32, shape (num_nodes, embedding_dim), an array or a memory map.
    """

    vectors: npt.NDArray[np.float32]
    graph: KnowledgeGraph

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.vectors) != self.graph.num_nodes:
            raise ExportError(
                f"embeddings of shape {self.vectors.shape} do not fit a graph of {self.graph.num_nodes:,} nodes; "
                "open the graph they were trained on"
            )


class Block(NamedTuple):
    """Consecutive rows of an export: `nodes` has `NODE_COLUMNS`, `vectors` shape (num_rows, embedding_dim)."""

    nodes: pa.Table
    vectors: FloatArray


@dataclass(frozen=True, eq=False)
class ExportRows:
    """The rows of an export in the order of the graph's numbering.

    numbers: int64, shape (num_rows,): the global number of each node that is written.
    offset, scale: float32, shape (embedding_dim,), of 'standardise'; 0 and 1 otherwise.
    """

    table: EmbeddingTable
    numbers: IntArray
    config: ExportConfig
    offset: npt.NDArray[np.float32]
    scale: npt.NDArray[np.float32]
    progress: ProgressCallback | None = None
    cancel: CancelToken | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def embedding_dim(self) -> int:
        return int(self.table.vectors.shape[1])

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """Number format of the vectors in binary formats."""
        return np.dtype(self.config.precision)

    def nodes(self) -> pa.Table:
        """Arrow table with a row for each node that is written, columns `NODE_COLUMNS`."""
        return _node_table(self.table.graph, self.numbers)

    def blocks(self, dtype: npt.DTypeLike = np.float32, block_values: int = BLOCK_VALUES) -> Iterator[Block]:
        """All rows, about `block_values` numbers at a time; looks at the cancel token and reports progress.

        Raises:
            ExportError: a value is not finite, or not in `dtype`.
            CancelledError: the user stopped the export.
        """
        for numbers in self._chunks(block_values):
            yield Block(_node_table(self.table.graph, numbers), self._vectors(numbers, dtype))
        self._report(len(self))

    def pick(self, positions: IntArray) -> "ExportRows":
        """The rows at these positions only, without progress."""
        return replace(self, numbers=self.numbers[positions], progress=None)

    def _chunks(self, block_values: int) -> Iterator[IntArray]:
        size = max(1, block_values // self.embedding_dim)
        for start in range(0, len(self), size):
            if self.cancel:
                self.cancel.check()
            self._report(start)
            yield self.numbers[start : start + size]

    def _report(self, done: int) -> None:
        if self.progress:
            self.progress(Progress("export", done, len(self)))

    def _vectors(self, numbers: IntArray, dtype: npt.DTypeLike) -> FloatArray:
        vectors: FloatArray = self.table.vectors[numbers]
        if self.config.normalisation == "l2":
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = vectors / np.where(lengths > 0, lengths, 1)
        elif self.config.normalisation == "standardise":
            vectors = (vectors - self.offset) / self.scale
        with np.errstate(over="ignore"):
            vectors = vectors.astype(dtype, copy=False)
        if not np.isfinite(vectors).all():
            raise ExportError(
                f"an embedding holds values that {np.dtype(dtype)} cannot hold; use float32 or train again"
            )
        return vectors


def select_rows(
    table: EmbeddingTable,
    config: ExportConfig,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> ExportRows:
    """The rows that `config` asks for.

    Raises:
        InputError: a node type is unknown (the nearest one is suggested).
        ExportError: no node is left.
    """
    graph = table.graph
    wanted = graph.node_types if config.node_types is None else config.node_types
    ranges = [graph.nodes_of(name) for name in sorted(set(wanted), key=graph.type_number)]
    numbers = np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(r.start, r.stop) for r in ranges)])
    if not len(numbers):
        raise ExportError("export.node_types leaves no node to export; name a node type of the graph")
    dim = table.vectors.shape[1]
    rows = ExportRows(table, numbers, config, np.zeros(dim, np.float32), np.ones(dim, np.float32), None, cancel)
    if config.normalisation == "standardise":
        offset, scale = _mean_and_deviation(rows)
        rows = replace(rows, offset=offset, scale=scale)
    return replace(rows, progress=progress)


def _mean_and_deviation(rows: ExportRows) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Per dimension, in two passes; the deviation of a constant dimension is 1, so that it becomes 0."""
    vectors = rows.table.vectors
    total = np.zeros(rows.embedding_dim)
    for numbers in rows._chunks(BLOCK_VALUES):
        total += vectors[numbers].sum(axis=0, dtype=np.float64)
    mean = total / len(rows)
    squares = np.zeros(rows.embedding_dim)
    for numbers in rows._chunks(BLOCK_VALUES):
        squares += np.square(vectors[numbers] - mean).sum(axis=0)
    deviation = np.sqrt(squares / len(rows))
    constant = deviation <= np.finfo(np.float32).eps * np.abs(mean)
    return mean.astype(np.float32), np.where(constant, 1, deviation).astype(np.float32)


def _node_table(graph: KnowledgeGraph, numbers: IntArray) -> pa.Table:
    nodes = graph.nodes.take(pa.array(numbers))
    types = pa.array(graph.node_types, pa.string()).take(pa.array(graph.node_type[numbers]))
    columns = [nodes["index"], nodes["id"], types, nodes["name"], nodes["source"]]
    texts = [pc.fill_null(column.cast(pa.string()), "") for column in columns[1:]]
    return pa.table([columns[0], *texts], names=list(NODE_COLUMNS))
