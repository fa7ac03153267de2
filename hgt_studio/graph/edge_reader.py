"""Turns blocks of an edge table into numbered nodes and edges."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hgt_studio.errors import InputError
from hgt_studio.graph.assemble import assemble_graph
from hgt_studio.graph.columns import EdgeColumns
from hgt_studio.graph.knowledge_graph import EdgeList, IntArray, KnowledgeGraph, ReadReport
from hgt_studio.graph.node_table import NodeTable
from hgt_studio.graph.string_table import StringTable
from hgt_studio.graph.text_block import TextBlock
from hgt_studio.typing import Triplet

DEFAULT_RELATION = "related_to"
MAX_TRIPLETS = 2**15 - 1


class EdgeReader:
    """Takes the blocks of a table one after the other.

    columns: names of the table's columns.
    parts: which of them play which part.
    """

    def __init__(self, columns: Sequence[str], parts: EdgeColumns) -> None:
        positions = parts.positions()
        self._fields = parts.as_fields()
        self._field_names = [columns[position] for position in positions]
        self._has_last_column = positions[-1] == len(columns) - 1
        self._nodes = NodeTable(self._fields)
        self._triplets = StringTable()
        self._edges: list[tuple[IntArray, IntArray, IntArray]] = []
        self.rows = 0

    def add(self, block: TextBlock) -> None:
        """Read a block.

        Raises:
            InputError: a needed field is empty, a node changes its type, or there are too many kinds of edge.
        """
        self._check_no_gaps(block)
        nodes, types = self._nodes.encode(block)
        type_pairs = types[:1].astype(np.int64) << 32 | types[1:]
        if self._fields.relation is None:  # all relations are the empty text
            block = replace(block, start=np.zeros_like(types), length=np.zeros_like(types))
        triplet, _ = self._triplets.encode(block, [self._fields.relation or 0], type_pairs)
        if len(self._triplets) > MAX_TRIPLETS:
            raise InputError(f"the table has more than {MAX_TRIPLETS} kinds of edge; choose another relation column")
        self._edges.append((nodes[0], triplet[0].astype(np.int16), nodes[1]))
        self.rows += block.num_rows

    def check_last_line(self, block: TextBlock) -> str:
        """A note on a last line without its newline, called before it is added.

        Raises:
            InputError: its last field is unlike all before, where they recur: the file is cut in that field.
        """
        field = len(self._field_names) - 1
        text = block.text(field, 0)
        known = self._recurring(field) if self._has_last_column else set()
        if known and text not in known:
            raise block.error(
                0,
                f"the last line has no newline, and no row above has its {self._field_names[field]} '{text}'; "
                "the file is cut, download it again",
            )
        return "the last line has no newline; if the file was downloaded, check that it is complete"

    def graph(self, notes: Sequence[str]) -> KnowledgeGraph:
        """The graph of all rows so far."""
        types = self._nodes.type_names()
        relations = self._triplets.strings()
        triplets = [
            Triplet(types[pair >> 32], relation or DEFAULT_RELATION, types[pair & 0xFFFFFFFF])
            for pair, relation in zip(self._triplets.tags().tolist(), relations, strict=True)
        ]
        source, triplet, destination = (np.concatenate(parts) for parts in zip(*self._edges, strict=True))
        self._edges.clear()
        edges = EdgeList(source, triplet, destination)
        report = ReadReport(rows=self.rows, notes=tuple(notes))
        return assemble_graph(types, self._nodes.types(), self._nodes.descriptions(), triplets, edges, report)

    def _check_no_gaps(self, block: TextBlock) -> None:
        head, tail = self._fields.head, self._fields.tail
        for field in (head.key, tail.key, head.type, tail.type, self._fields.relation):
            if field is not None and not block.length[field].all():
                row = int(np.argmin(block.length[field]))
                raise block.error(
                    row, f"the column '{self._field_names[field]}' is empty here; fill it or drop the row"
                )

    def _recurring(self, field: int) -> set[str]:
        """The texts so far of a field that takes few values; empty for others."""
        head, tail = self._fields.head, self._fields.tail
        if field in (head.type, tail.type):
            return set(self._nodes.type_names())
        if field in (head.source, tail.source):
            return self._nodes.source_names()
        return set(self._triplets.strings()) if field == self._fields.relation else set()
