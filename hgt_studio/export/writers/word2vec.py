"""word2vec text: `rows dimensions`, then `token v0 v1..` per line; opens with gensim's `load_word2vec_format`."""

from typing import BinaryIO

from hgt_studio.export.table import ExportRows
from hgt_studio.export.text import text_rows
from hgt_studio.export.unique_names import unique_names


def write_word2vec(rows: ExportRows, file: BinaryIO) -> None:
    """The token of a node is its id, made unique; blanks become underscores."""
    file.write(f"{len(rows)} {rows.embedding_dim}\n".encode())
    for token, row in zip(unique_names(rows.nodes()), text_rows(rows, " "), strict=True):
        file.write(f"{token} {row.vector}\n".encode())
