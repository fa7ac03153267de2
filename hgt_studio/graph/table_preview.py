"""A first look at a table: its columns, first rows and the mapping that they suggest."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from hgt_studio.config import ColumnMapping
from hgt_studio.errors import InputError
from hgt_studio.graph.columns import guess_mapping, is_primekg, mapping_from_names
from hgt_studio.graph.file_format import TextFile, file_format
from hgt_studio.graph.parquet_blocks import open_parquet
from hgt_studio.graph.text_blocks import TextLayout

_DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_SAMPLE_BYTES = 1 << 17
_SHOWN_ROWS = 20


@dataclass(frozen=True)
class TablePreview:
    """What the head of a file shows.

    columns: names from the header, else `column_1`, `column_2`, ...
    rows: the first rows below the header.
    mapping: the guess; head and tail are empty where the names do not suggest them.
    layout: how a text file is cut into fields; None for Parquet.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mapping: ColumnMapping
    is_primekg: bool
    layout: TextLayout | None


def preview_table(path: str | Path, mapping: ColumnMapping | None = None) -> TablePreview:
    """Look at the first rows of an edge table, however large.

    mapping: a mapping that is given; it helps to tell a header from a first row.

    Raises:
        InputError: the file cannot be read or is no table.
    """
    path = Path(path)
    if file_format(path) == "parquet":
        return _preview_parquet(path)
    lines = _sample_lines(path)
    delimiter = _find_delimiter(lines, path)
    table = _rows(lines, delimiter, path)
    width = len(table[0])
    has_header = _has_header(table, mapping)
    columns = table[0] if has_header else tuple(f"column_{i + 1}" for i in range(width))
    return _preview(columns, table[has_header:][:_SHOWN_ROWS], TextLayout(delimiter, width, has_header))


def _preview_parquet(path: Path) -> TablePreview:
    with open_parquet(path) as file:
        batches = list(islice(file.iter_batches(batch_size=_SHOWN_ROWS), 1))
        rows = [tuple("" if v is None else str(v) for v in row.values()) for b in batches for row in b.to_pylist()]
        return _preview(tuple(file.schema_arrow.names), rows, None)


def _preview(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], layout: TextLayout | None) -> TablePreview:
    twice = next((column for i, column in enumerate(columns) if column in columns[:i]), None)
    if twice is not None:
        raise InputError(f"two columns of the table are called '{twice}'; rename one of them")
    return TablePreview(columns, tuple(rows), guess_mapping(columns), is_primekg(columns), layout)


def _sample_lines(path: Path) -> list[str]:
    """The first whole lines of a text file."""
    with TextFile.open(path) as file:
        sample = bytearray(_SAMPLE_BYTES)
        size = file.read_into(memoryview(sample))
    end = sample.rfind(b"\n", 0, size) + 1 or size
    text = sample[:end].decode(errors="replace")
    lines = [line for line in io.StringIO(text, newline="\n") if line.strip()]
    if not lines:
        raise InputError(f"'{path}' holds no text; download or save it again")
    return lines


def _find_delimiter(lines: Sequence[str], path: Path) -> str:
    """The delimiter that cuts most lines into as many fields as the first."""
    best, best_score = "", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in _rows(lines, delimiter, path)]
        score = (widths.count(widths[0]) / len(widths), widths[0])
        if widths[0] > 1 and score > best_score:
            best, best_score = delimiter, score
    if not best:
        names = ", ".join(_DELIMITERS.values())
        raise InputError(
            f"'{path}' has only one column, '{lines[0].strip()[:60]}': no delimiter of {names} cuts it; convert it"
        )
    return best


def _rows(lines: Sequence[str], delimiter: str, path: Path) -> list[tuple[str, ...]]:
    try:
        return [tuple(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error as error:
        raise InputError(
            f"'{path}' is no table in text form ({error}); save it with line feeds at the line ends"
        ) from None


def _has_header(table: Sequence[tuple[str, ...]], mapping: ColumnMapping | None) -> bool:
    """Whether the first row names the columns.

    It does where a given mapping or the usual names are found in it; else where none of its cells comes again in the
    same column below.
    """
    first, *below = table
    if mapping is not None and mapping.head:
        return not mapping.head.startswith("column_") or mapping.head in first
    if is_primekg(first) or mapping_from_names(first) is not None:
        return True
    return not any(cell in column for cell, column in zip(first, zip(*below, strict=False), strict=False))
