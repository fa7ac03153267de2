"""safetensors: the tensors `embeddings` and `node_index`; texts as JSON lists in the metadata of the same file.

    with safetensors.safe_open(path, "np") as file:
        vectors, names = file.get_tensor("embeddings"), json.loads(file.metadata()["node_name"])

Written here and not by the library, which wants all vectors in memory at once. The format: uint64 size of the header,
header in JSON, tensors (https://huggingface.co/docs/safetensors).
"""

import json
import struct
from typing import BinaryIO

from hgt_studio.errors import ExportError
from hgt_studio.export.table import NODE_COLUMNS, ExportRows

MAX_HEADER_BYTES = 100_000_000
DTYPE_NAMES = {"float32": "F32", "float16": "F16"}


def write_safetensors(rows: ExportRows, file: BinaryIO) -> None:
    """
    Raises:
        ExportError: the texts are more than the format's readers accept.
    """
    nodes = rows.nodes()
    index_bytes = 8 * len(rows)
    vectors_bytes = len(rows) * rows.embedding_dim * rows.dtype.itemsize
    header = {
        "__metadata__": {name: json.dumps(nodes[name].to_pylist(), ensure_ascii=False) for name in NODE_COLUMNS[1:]},
        "node_index": {"dtype": "I64", "shape": [len(rows)], "data_offsets": [0, index_bytes]},
        "embeddings": {
            "dtype": DTYPE_NAMES[rows.dtype.name],
            "shape": [len(rows), rows.embedding_dim],
            "data_offsets": [index_bytes, index_bytes + vectors_bytes],
        },
    }
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > MAX_HEADER_BYTES:
        raise ExportError(f"ids and names take {len(text):,} bytes and safetensors holds 100 MB of them; use parquet")
    file.write(struct.pack("<Q", len(text)) + text)
    file.write(nodes["node_index"].to_numpy().astype("<i8").tobytes())
    for block in rows.blocks(rows.dtype):
        file.write(block.vectors.tobytes())
