"""The nodes met so far while a table is read: their identity, types and descriptions."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hgt_studio.errors import InputError
from hgt_studio.graph.columns import EdgeColumns, EndColumns
from hgt_studio.graph.knowledge_graph import NODE_SCHEMA, IntArray
from hgt_studio.graph.string_table import StringTable
from hgt_studio.graph.text_block import TextBlock

DEFAULT_NODE_TYPE = "entity"
MAX_NODE_TYPES = 2**15 - 1


class NodeTable:
    """Gives nodes numbers in order of appearance, and keeps what their first row says about them.

    A node is known by its index, else by (type, source, id), as far as both ends of an edge have these columns.
    """

    def __init__(self, fields: EdgeColumns) -> None:
        self._indexed = fields.head.index is not None
        self._known_by_source = fields.head.source is not None and fields.tail.source is not None
        self._keys = StringTable()
        self._types = StringTable()
        self._sources = StringTable()
        self._type = np.empty(0, np.int16)
        self._first_row: list[IntArray] = []
        self._descriptions: list[pa.RecordBatch] = []

    def __len__(self) -> int:
        return len(self._keys)

    def encode(self, block: TextBlock, end: EndColumns) -> tuple[IntArray, IntArray]:
        """The nodes at one end of a block's edges.

        Returns:
            numbers of the nodes, int32, shape (num_rows,); codes of their types, int32, shape (num_rows,).

        Raises:
            InputError: a node has another type than in an earlier row, or there are too many types.
        """
        types, _ = self._types.encode(block, end.type)
        if len(self._types) > MAX_NODE_TYPES:
            raise InputError(f"the table has more than {MAX_NODE_TYPES} node types; choose another type column")
        tags = None if self._indexed else types.astype(np.int64) << 32
        if tags is not None and self._known_by_source:
            tags |= self._sources.encode(block, end.source)[0]
        numbers, new_rows = self._keys.encode(block, end.key, tags)
        if len(new_rows):
            self._add(block, end, types, new_rows)
        if self._indexed:
            self._check_types(block, end, numbers, types)
        return numbers, types

    def type_names(self) -> list[str]:
        """Names of the types by code."""
        return [name or DEFAULT_NODE_TYPE for name in self._types.strings().to_pylist()]

    def types(self) -> IntArray:
        """int16, shape (num_nodes,): codes of the nodes' types."""
        return self._type[: len(self)]

    def source_names(self) -> set[str]:
        """The distinct sources so far."""
        return {name for batch in self._descriptions for name in pc.unique(batch["source"]).to_pylist()}

    def descriptions(self) -> pa.Table:
        """id, name, source and index of the nodes by number; without an index column the index is null."""
        return pa.Table.from_batches(self._descriptions).combine_chunks()

    def _add(self, block: TextBlock, end: EndColumns, types: IntArray, rows: IntArray) -> None:
        count = len(self)
        if count > len(self._type):
            self._type = np.resize(self._type, 2 * count)
        self._type[count - len(rows) : count] = types[rows]
        self._first_row.append(block.row_number[rows])
        ids = block.gather(end.key if end.id is None else end.id, rows)
        names = ids if end.name is None else block.gather(end.name, rows)
        sources = pa.array([""] * len(rows), pa.string()) if end.source is None else block.gather(end.source, rows)
        indices = pa.nulls(len(rows), pa.int64()) if end.index is None else _whole_numbers(block, end.index, rows)
        columns = [ids, names, sources, indices]
        self._descriptions.append(pa.RecordBatch.from_arrays(columns, schema=NODE_SCHEMA))

    def _check_types(self, block: TextBlock, end: EndColumns, numbers: IntArray, types: IntArray) -> None:
        changed = np.flatnonzero(self._type[numbers] != types)
        if not len(changed):
            return
        row = changed[0]
        node = int(numbers[row])
        names = self.type_names()
        raise block.error(
            row,
            f"node {block.text(end.key, row)} is of type '{names[types[row]]}' here and of type "
            f"'{names[self._type[node]]}' in row {np.concatenate(self._first_row)[node]}; correct one of them",
        )


def _whole_numbers(block: TextBlock, field: int, rows: IntArray) -> pa.Int64Array:
    texts = block.gather(field, rows)
    wrong = pc.index(pc.match_substring_regex(texts, r"^[+-]?[0-9]{1,18}$"), False).as_py()
    if wrong >= 0:
        raise block.error(rows[wrong], f"the node index '{texts[wrong]}' is not a whole number; correct it")
    return texts.cast(pa.int64())
