"""The nodes met so far while a table is read: their identity, types and descriptions."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hgt_studio.errors import InputError
from hgt_studio.graph.columns import EdgeColumns
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
        ends = (fields.head, fields.tail)
        self._indexed = fields.head.index is not None
        self._key_fields = [end.key for end in ends]
        self._type_fields = [end.type for end in ends if end.type is not None]
        self._source_fields = [end.source for end in ends if end.source is not None]
        self._described_by = {
            "id": [end.key if end.id is None else end.id for end in ends],
            "name": [next(field for field in (end.name, end.id, end.key) if field is not None) for end in ends],
            "source": [-1 if end.source is None else end.source for end in ends],
        }
        self._keys = StringTable()
        self._types = StringTable()
        self._sources = StringTable()
        self._type = np.empty(0, np.int16)
        self._first_row: list[IntArray] = []
        self._descriptions: list[pa.RecordBatch] = []

    def __len__(self) -> int:
        return len(self._keys)

    def encode(self, block: TextBlock) -> tuple[IntArray, IntArray]:
        """The nodes at the ends of a block's edges.

        Returns:
            their numbers and the codes of their types, int32, shape (2, num_rows) each; heads first.

        Raises:
            InputError: a node has another type than in an earlier row, or there are too many types.
        """
        types = np.zeros((2, block.num_rows), np.int32)
        if self._type_fields:
            types, _ = self._types.encode(block, self._type_fields)
        if len(self._types) > MAX_NODE_TYPES:
            raise InputError(f"the table has more than {MAX_NODE_TYPES} node types; choose another type column")
        tags = None if self._indexed else types.astype(np.int64) << 32
        if tags is not None and len(self._source_fields) == 2:
            tags |= self._sources.encode(block, self._source_fields)[0]
        numbers, new = self._keys.encode(block, self._key_fields, tags)
        if len(new):
            self._add(block, types, new // 2, new % 2)
        if self._indexed:
            self._check_types(block, numbers, types)
        return numbers, types

    def type_names(self) -> list[str]:
        """Names of the types by code."""
        return self._types.strings() or [DEFAULT_NODE_TYPE]

    def types(self) -> IntArray:
        """int16, shape (num_nodes,): codes of the nodes' types."""
        return self._type[: len(self)]

    def source_names(self) -> set[str]:
        """The distinct sources so far."""
        return {name for batch in self._descriptions for name in pc.unique(batch["source"]).to_pylist()}

    def descriptions(self) -> pa.Table:
        """The nodes by number, of `NODE_SCHEMA`; without an index column `index` counts them."""
        table = pa.Table.from_batches(self._descriptions).combine_chunks()
        return table if self._indexed else table.set_column(3, "index", pa.array(np.arange(len(table))))

    def _add(self, block: TextBlock, types: IntArray, rows: IntArray, ends: IntArray) -> None:
        """Describe new nodes. rows, ends: where they stand, ends as 0 for head, 1 for tail."""
        count = len(self)
        if count > len(self._type):
            self._type = np.resize(self._type, 2 * count)
        self._type[count - len(rows) : count] = types[ends, rows]
        self._first_row.append(block.row_number[rows])
        texts = [block.gather(np.array(fields)[ends], rows) for fields in self._described_by.values()]
        index = pa.nulls(len(rows), pa.int64())
        if self._indexed:
            index = _whole_numbers(block, np.array(self._key_fields)[ends], rows)
        self._descriptions.append(pa.RecordBatch.from_arrays([*texts, index], schema=NODE_SCHEMA))

    def _check_types(self, block: TextBlock, numbers: IntArray, types: IntArray) -> None:
        changed = np.flatnonzero(self._type[numbers] != types)
        if not len(changed):
            return
        end, row = divmod(int(changed[0]), block.num_rows)
        node = numbers[end, row]
        names = self.type_names()
        raise block.error(
            row,
            f"node {block.text(self._key_fields[end], row)} is of type '{names[types[end, row]]}' here and of type "
            f"'{names[self._type[node]]}' in row {np.concatenate(self._first_row)[node]}; correct one of them",
        )


def _whole_numbers(block: TextBlock, fields: IntArray, rows: IntArray) -> pa.Int64Array:
    texts = block.gather(fields, rows)
    wrong = pc.index(pc.match_substring_regex(texts, r"^[+-]?[0-9]{1,18}$"), False).as_py()
    if wrong >= 0:
        raise block.error(rows[wrong], f"the node index '{texts[wrong]}' is not a whole number; correct it")
    return texts.cast(pa.int64())
