"""CSV: one column per dimension, or the whole vector in one."""

import re
from typing import BinaryIO

from hgt_studio.export.table import NODE_COLUMNS, ExportRows
from hgt_studio.export.text import text_rows

NEEDS_QUOTES = re.compile('[",\r\n]|^\\s|\\s$')


def write_csv(rows: ExportRows, file: BinaryIO) -> None:
    """`node_index,node_id,node_type,node_name,node_source,e0,e1..`, in UTF-8."""
    header = [*NODE_COLUMNS, *(f"e{i}" for i in range(rows.embedding_dim))]
    _write_line(file, header)
    for row in text_rows(rows, ","):
        _write_line(file, [str(row.node_index), *map(_quoted, row[1:5]), row.vector])


def write_csv_list(rows: ExportRows, file: BinaryIO) -> None:
    """`node_id,node_name,node_type,embedding`; the embedding is a JSON list."""
    _write_line(file, ["node_id", "node_name", "node_type", "embedding"])
    for row in text_rows(rows, ","):
        _write_line(file, [_quoted(row.node_id), _quoted(row.node_name), _quoted(row.node_type), f'"[{row.vector}]"'])


def _write_line(file: BinaryIO, fields: list[str]) -> None:
    file.write(f"{','.join(fields)}\n".encode())


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text
