"""A sample graph to try things with: a kg.csv of PrimeKG's shape and size, invented, with planted communities.

Nodes belong to communities that span all node types, and most edges stay within one. So held-out edges can be
predicted, and embeddings that are any good recover the communities.
"""

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from hgt_studio.atomic_file import atomic_write
from hgt_studio.errors import ConfigError, ExportError
from hgt_studio.graph.columns import PRIMEKG_COLUMNS
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.synthetic_counts import NODE_TYPES, RELATIONS
from hgt_studio.graph.synthetic_edges import EdgeDraw
from hgt_studio.graph.synthetic_nodes import draw_nodes
from hgt_studio.graph.synthetic_rows import RowText
from hgt_studio.typing import CancelToken, Progress, ProgressCallback

MIN_SCALE, MAX_SCALE = 0.001, 10.0
_MIN_ROW_BYTES = {".csv": 110, ".csv.gz": 15}
_GZIP_LEVEL = 4


@dataclass(frozen=True, eq=False)
class SampleGraphInfo:
    """What was written.

    node_types: number of nodes with an edge, by type. relations: number of rows, by relation.
    community: int16, shape (num_planned_nodes,), the planted community of the node of each `x_index`.
    """

    num_nodes: int
    num_rows: int
    node_types: Mapping[str, int]
    relations: Mapping[str, int]
    community: IntArray


def planted_communities(scale: float, seed: int) -> IntArray:
    """The planted community of each node of a sample graph, by `x_index`: int16, shape (num_planned_nodes,)."""
    return draw_nodes(scale, seed).community


def write_sample_graph(
    path: Path,
    scale: float = 1.0,
    seed: int = 0,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> SampleGraphInfo:
    """Write a sample graph as .csv or .csv.gz; the same scale and seed give the same bytes.

    Scale 1 has PrimeKG's published number of nodes of each type and rows of each relation; at other scales both are
    multiplied, but no relation has more than a tenth of its possible pairs. Every edge is written in both directions.

    Raises:
        ConfigError: the scale or the seed is out of bounds.
        ExportError: the file cannot be written.
        CancelledError: the user stopped it; no file is left behind.
    """
    _check_bounds(scale, seed)
    nodes = draw_nodes(scale, seed)
    draws = [EdgeDraw(nodes, number, scale, seed) for number in range(len(RELATIONS))]
    relations = {relation.name: 2 * draw.num_edges for relation, draw in zip(RELATIONS, draws, strict=True)}
    num_rows, written = sum(relations.values()), 0
    has_edge = np.zeros(len(nodes.community), dtype=bool)
    with _open_table(path, num_rows) as file:
        file.write((",".join(PRIMEKG_COLUMNS) + "\n").encode())
        text = RowText(nodes.type_ptr, seed)
        for relation, draw in zip(RELATIONS, draws, strict=True):
            x, y = draw.edges()
            has_edge[x] = has_edge[y] = True
            for block_rows, block in text.blocks(relation, x, y):
                if cancel is not None:
                    cancel.check()
                file.write(block)
                written += block_rows
                if progress is not None:
                    progress(Progress("writing sample graph", written, num_rows))
    counts = np.add.reduceat(has_edge, nodes.type_ptr[:-1], dtype=np.int64).tolist()
    node_types = {node_type.name: count for node_type, count in zip(NODE_TYPES, counts, strict=True)}
    return SampleGraphInfo(sum(counts), num_rows, node_types, relations, nodes.community)


def _check_bounds(scale: float, seed: int) -> None:
    if not MIN_SCALE <= scale <= MAX_SCALE:
        raise ConfigError(f"scale: {scale} is out of bounds; choose from {MIN_SCALE} to {MAX_SCALE:g}")
    if seed < 0:
        raise ConfigError(f"seed: {seed} is negative; choose 0 or more")


@contextmanager
def _open_table(path: Path, num_rows: int) -> Iterator[BinaryIO | gzip.GzipFile]:
    suffix = next((suffix for suffix in _MIN_ROW_BYTES if path.name.lower().endswith(suffix)), None)
    if suffix is None:
        raise ExportError(f"'{path}': a sample graph is a .csv or a .csv.gz; end the name so")
    with atomic_write(path, ExportError, num_rows * _MIN_ROW_BYTES[suffix]) as file:
        if suffix == ".csv":
            yield file
        else:  # name and time in the header would make the bytes differ
            with gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0) as packed:
                yield packed
