"""NumPy archive: `embeddings` and the node's columns as arrays; opens with `numpy.load`, without pickle."""

import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from hgt_studio.export.table import ExportRows


def write_npz(rows: ExportRows, file: BinaryIO) -> None:
    """Vectors are stored as they are; the columns, fixed-width texts, are compressed."""
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open(zipfile.ZipInfo("embeddings.npy"), "w", force_zip64=True) as member:
            _write_header(member, (len(rows), rows.embedding_dim), rows.dtype)
            for block in rows.blocks(rows.dtype):
                member.write(block.vectors.tobytes())
        nodes = rows.nodes()
        for name in nodes.column_names:
            _write_column(archive, name, nodes[name].to_pylist())


def _write_column(archive: zipfile.ZipFile, name: str, values: list[int] | list[str]) -> None:
    dtype = np.result_type(*(np.array(part).dtype for part in _parts(values)))
    info = zipfile.ZipInfo(f"{name}.npy")
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as member:
        _write_header(member, (len(values),), dtype)
        for part in _parts(values):
            member.write(np.array(part, dtype=dtype).tobytes())


def _parts(values: list[Any]) -> Iterator[list[Any]]:
    """Few values at a time: as fixed-width text they are as long as the longest of all."""
    return (values[start : start + 2**14] for start in range(0, len(values), 2**14))


def _write_header(member: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(member, header)
