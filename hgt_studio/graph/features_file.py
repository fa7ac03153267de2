"""Features of nodes from a user's table: a column with the node's id or name, and columns of numbers."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from hgt_studio.errors import InputError
from hgt_studio.graph.knowledge_graph import KnowledgeGraph

_KEYS = {"node_id": "id", "id": "id", "node_name": "name", "name": "name"}
_TYPES = ("node_type", "type")
_LABELS = (*_KEYS, *_TYPES, "node_index", "index", "node_source", "source", "__index_level_0__")  # tell no feature


def features_from_file(path: Path, graph: KnowledgeGraph) -> npt.NDArray[np.float32]:
    """float32, shape (num_nodes, num_columns); NaN for nodes without a row.

    Rows go to the nodes of their id, or of their name where there are no ids, within their type where it is given.

    Raises:
        InputError: the file cannot be read, lacks a key or numbers, names a node twice or none of the graph.
    """
    table = _read(path)
    key, columns = _key(path, table), _numeric_columns(path, table)
    values = _values(path, table, columns)
    type_column = next((name for name in _TYPES if name in table.column_names), None)
    keys = [name for name in (type_column, key) if name is not None]
    rows = _joined(table, keys)
    if len(pc.unique(rows)) < len(rows):
        raise InputError(f"{path}: names a node twice in '{key}'; keep one row for each node")
    types = pa.array(graph.node_types, pa.string()).take(pa.array(graph.node_type))
    nodes = pa.table({"type": types, "key": graph.nodes[_KEYS[key]].cast(pa.string())})
    found = pc.index_in(_joined(nodes, ["type", "key"] if type_column else ["key"]), rows)
    at = found.fill_null(-1).to_numpy()
    if not (at >= 0).any():
        raise InputError(
            f"{path}: no row belongs to a node of the graph; '{key}' must hold the graph's own {_KEYS[key]}s"
        )
    return np.where((at >= 0)[:, None], values[at], np.float32(np.nan))


def count_feature_columns(path: Path) -> int:
    """Number of columns of numbers; 0 where the file cannot be read, as a run will say."""
    try:
        is_parquet = path.suffix == ".parquet"
        schema = parquet.read_schema(path) if is_parquet else csv.open_csv(path).schema
    except (OSError, pa.ArrowException):
        return 0
    return sum(_is_number(field.type) for field in schema if field.name not in _LABELS)


def _read(path: Path) -> pa.Table:
    try:
        as_texts = csv.ConvertOptions(column_types=dict.fromkeys((*_KEYS, *_TYPES), pa.string()))
        return parquet.read_table(path) if path.suffix == ".parquet" else csv.read_csv(path, convert_options=as_texts)
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: cannot be read as a table of features, Parquet or CSV ({reason})") from None


def _key(path: Path, table: pa.Table) -> str:
    for name in _KEYS:
        if name in table.column_names:
            return name
    found = ", ".join(table.column_names[:6])
    raise InputError(f"{path}: has no column that names the node; call it 'id' or 'name' (found: {found})")


def _numeric_columns(path: Path, table: pa.Table) -> list[str]:
    columns = [name for name in table.column_names if name not in _LABELS]
    for name in columns:
        if not _is_number(table.schema.field(name).type):
            raise InputError(f"{path}: column '{name}' holds {table.schema.field(name).type}, not numbers; drop it")
    if not columns:
        raise InputError(f"{path}: has no column of numbers beside the one that names the node")
    return columns


def _values(path: Path, table: pa.Table, columns: list[str]) -> npt.NDArray[np.float32]:
    """float32, shape (num_rows, num_columns)."""
    out = np.empty((len(table), len(columns)), np.float32)
    for number, name in enumerate(columns):
        out[:, number] = table[name].cast(pa.float64()).to_numpy()
        if not np.isfinite(out[:, number]).all():
            row = int(np.flatnonzero(~np.isfinite(out[:, number]))[0]) + 1
            raise InputError(f"{path}: column '{name}' is empty or not finite in row {row}; fill it or drop the row")
    return out


def _joined(table: pa.Table, columns: list[str]) -> pa.Array:
    texts = [table[name].cast(pa.string()).fill_null("").combine_chunks() for name in columns]
    return pc.binary_join_element_wise(*texts, "\x1f")


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
