"""Streams a Parquet file, row group by row group, as blocks of text."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hgt_studio.errors import InputError
from hgt_studio.graph.file_format import file_size_bytes, readable
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.text_block import Bytes, TextBlock

BLOCK_ROWS = 1 << 16


@contextmanager
def open_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """An open Parquet file.

    Raises:
        InputError: it cannot be read or is damaged.
    """
    with readable(path):
        try:
            with pq.ParquetFile(path) as file:
                yield file
        except pa.ArrowException as error:
            reason = " ".join(str(error).split())
            raise InputError(f"'{path}' is no whole Parquet file ({reason}); download or save it again") from None


def parquet_blocks(path: Path, columns: Sequence[int]) -> Generator[TextBlock, None, None]:
    """The rows in blocks; field `f` of a block is column `columns[f]` of the file.

    Raises:
        InputError: the file cannot be read, or a column in use holds neither text nor numbers.
    """
    size_bytes = file_size_bytes(path)
    first = 1
    with open_parquet(path) as file:
        names = [file.schema_arrow.names[column] for column in columns]
        total = file.metadata.num_rows
        for batch in file.iter_batches(batch_size=BLOCK_ROWS, columns=names):
            done = first - 1 + batch.num_rows
            texts = [_as_text(batch.column(name), name, path) for name in names]
            row_number = np.arange(first, first + batch.num_rows)
            yield TextBlock(*_spans(texts), row_number, path.name, size_bytes * done // total)
            first += batch.num_rows


def _as_text(column: pa.Array, name: str, path: Path) -> pa.StringArray:
    """A column as text; a missing value is the empty text."""
    try:
        text = column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise InputError(
            f"'{path.name}': the column '{name}' holds {column.type}, which is neither text nor numbers"
        ) from None
    return text.fill_null("") if text.null_count else text


def _spans(texts: Sequence[pa.StringArray]) -> tuple[Bytes, IntArray, IntArray]:
    """The texts in one buffer: data, start and length of a `TextBlock`."""
    start, length = np.empty((2, len(texts), len(texts[0])), np.int32)
    pieces = []
    base = 0
    for field, text in enumerate(texts):
        offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
        pieces.append(np.frombuffer(text.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]])
        start[field] = offsets[:-1] - offsets[0] + base
        length[field] = np.diff(offsets)
        base += len(pieces[-1])
    return np.concatenate(pieces), start, length
