"""Reads an edge table in one pass: blocks of text become numbered nodes and edges."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hgt_studio.config import ColumnMapping
from hgt_studio.errors import InputError
from hgt_studio.graph.columns import EdgeColumns, describe, mapped_columns, primekg_columns
from hgt_studio.graph.edge_reader import EdgeReader
from hgt_studio.graph.file_format import file_size_bytes
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.parquet_blocks import parquet_blocks
from hgt_studio.graph.read_ahead import read_ahead
from hgt_studio.graph.table_preview import TablePreview, preview_table
from hgt_studio.graph.text_block import TextBlock
from hgt_studio.graph.text_blocks import text_blocks
from hgt_studio.typing import CancelToken, Progress, ProgressCallback


def read_table(
    path: Path, mapping: ColumnMapping | None, progress: ProgressCallback | None, cancel: CancelToken | None
) -> KnowledgeGraph:
    """The whole graph in a table.

    Raises:
        InputError: the file cannot be read, or does not hold what it should.
        CancelledError: the user stopped it.
    """
    preview = preview_table(path, mapping)
    columns, notes = _choose_columns(preview, mapping)
    size_bytes = file_size_bytes(path)
    reader = EdgeReader(preview.columns, columns)
    with closing(read_ahead(_blocks(path, preview, columns))) as blocks:
        for block in blocks:
            if cancel is not None:
                cancel.check()
            if not block.terminated:
                notes.append(reader.check_last_line(block))
            reader.add(block)
            if progress is not None:
                progress(Progress("reading", block.bytes_done, size_bytes, "bytes"))
    if not reader.rows:
        raise InputError(f"'{path.name}' has a header but no rows; download or save it again")
    if progress is not None:
        progress(Progress("assembling", reader.rows, reader.rows, "rows"))
    graph = reader.graph(notes)
    if preview.is_primekg and graph.report.one_way_edges:
        count = graph.report.one_way_edges
        note = f"{count} edges have no mirror edge, though PrimeKG stores both; check that the file is complete"
        graph = replace(graph, report=replace(graph.report, notes=(*notes, note)))
    return graph


def _choose_columns(preview: TablePreview, mapping: ColumnMapping | None) -> tuple[EdgeColumns, list[str]]:
    """The columns to read, and notes on how they were found."""
    if mapping is not None:
        return mapped_columns(preview.columns, mapping), []
    if preview.is_primekg:
        return primekg_columns(preview.columns), []
    return mapped_columns(preview.columns, preview.mapping), [f"columns guessed: {describe(preview.mapping)}"]


def _blocks(path: Path, preview: TablePreview, columns: EdgeColumns) -> Generator[TextBlock, None, None]:
    if preview.layout is None:
        return parquet_blocks(path, columns.positions())
    return text_blocks(path, preview.layout, columns.positions())
