"""Parquet: the node's columns and `embedding`, a fixed-size list."""

from typing import BinaryIO

import pyarrow as pa

from hgt_studio.export.table import NODE_COLUMNS, ExportRows

ROW_GROUP_VALUES = 2**24


def write_parquet(rows: ExportRows, file: BinaryIO) -> None:
    """Text is compressed, vectors are not: random digits do not shrink."""
    from pyarrow.parquet import ParquetWriter

    columns = [(name, pa.int64() if name == "node_index" else pa.string()) for name in NODE_COLUMNS]
    vector_type = pa.list_(pa.from_numpy_dtype(rows.dtype), rows.embedding_dim)
    schema = pa.schema([*columns, ("embedding", vector_type)])
    compression = dict.fromkeys(NODE_COLUMNS, "zstd") | {"embedding.list.element": "none"}
    with ParquetWriter(file, schema, compression=compression, use_dictionary=list(NODE_COLUMNS)) as writer:
        for block in rows.blocks(rows.dtype, ROW_GROUP_VALUES):
            vectors = pa.FixedSizeListArray.from_arrays(pa.array(block.vectors.ravel()), rows.embedding_dim)
            writer.write_table(block.nodes.append_column("embedding", vectors).cast(schema))
