"""A `KnowledgeGraph` as one file that is mapped into memory, not read: aligned arrays behind a header in JSON.

Layout: 8 bytes magic; uint32 size and uint32 CRC-32 of the header; the header; then each part at the offset the header
gives, with its own CRC-32. Little-endian.
"""

import json
import mmap
import struct
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hgt_studio.graph.knowledge_graph import KnowledgeGraph, ReadReport
from hgt_studio.typing import Triplet

FORMAT_VERSION = 1
_MAGIC = b"HGTGRAPH"
_PREFIX = struct.Struct("<8sII")
_ALIGNMENT = 64
_ARRAYS = ("type_ptr", "reverse", "segment_ptr", "segment_triplet", "edge_ptr", "edge_source")


class BrokenGraphFileError(Exception):
    """The file is not what was written; never reaches the user."""


def write_graph_file(graph: KnowledgeGraph, file: BinaryIO) -> None:
    """Write a graph to an empty file."""
    parts: dict[str, npt.NDArray[Any]] = {name: np.ascontiguousarray(getattr(graph, name)) for name in _ARRAYS}
    parts["nodes"] = np.frombuffer(_table_bytes(graph.nodes), np.uint8)
    layout: dict[str, dict[str, Any]] = {}
    offset = 0
    for name, values in parts.items():
        crc = zlib.crc32(values.data)
        layout[name] = {"offset": offset, "size_bytes": values.nbytes, "dtype": values.dtype.str, "crc": crc}
        offset += _aligned(values.nbytes)
    header = {
        "version": FORMAT_VERSION,
        "node_types": graph.node_types,
        "triplets": graph.triplets,
        "report": asdict(graph.report),
        "parts": layout,
        "size_bytes": offset,
    }
    text = json.dumps(header).encode()
    base = _aligned(_PREFIX.size + len(text))
    file.write(_PREFIX.pack(_MAGIC, len(text), zlib.crc32(text)))
    file.write(text)
    for name, values in parts.items():
        file.seek(base + layout[name]["offset"])
        file.write(values.data)
    file.truncate(base + offset)


def open_graph_file(path: Path) -> KnowledgeGraph:
    """The graph in a file, its arrays mapped into memory.

    Raises:
        BrokenGraphFileError: the file is of another version, or damaged in any part.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < _PREFIX.size:
            raise BrokenGraphFileError("too short")
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    magic, header_size, header_crc = _PREFIX.unpack_from(mapped)
    text = mapped[_PREFIX.size : _PREFIX.size + header_size]
    if magic != _MAGIC or zlib.crc32(text) != header_crc:
        raise BrokenGraphFileError("no header")
    header = json.loads(bytes(text))
    base = _aligned(_PREFIX.size + header_size)
    if header["version"] != FORMAT_VERSION or size != base + header["size_bytes"]:
        raise BrokenGraphFileError("another version or size")
    parts = {name: _open_part(mapped[base:], **entry) for name, entry in header["parts"].items()}
    nodes = pa.ipc.open_stream(pa.py_buffer(parts.pop("nodes"))).read_all()
    header["report"]["notes"] = tuple(header["report"]["notes"])
    return KnowledgeGraph(
        node_types=tuple(header["node_types"]),
        nodes=nodes,
        triplets=tuple(Triplet(*triplet) for triplet in header["triplets"]),
        report=ReadReport(**header["report"]),
        **parts,
    )


def _aligned(size_bytes: int) -> int:
    """The size, rounded up."""
    return -(-size_bytes // _ALIGNMENT) * _ALIGNMENT


def _open_part(mapped: memoryview, offset: int, size_bytes: int, dtype: str, crc: int) -> npt.NDArray[Any]:
    part = mapped[offset : offset + size_bytes]
    if zlib.crc32(part) != crc:
        raise BrokenGraphFileError("a part is damaged")
    return np.frombuffer(part, dtype)


def _table_bytes(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()
