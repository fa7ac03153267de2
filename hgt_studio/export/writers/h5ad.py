"""AnnData: `X` holds the vectors, `obs` the node's columns; opens with `anndata.read_h5ad`, scanpy and their like."""

from typing import BinaryIO

from hgt_studio.errors import ExportError
from hgt_studio.export.table import ExportRows
from hgt_studio.export.unique_names import unique_names


def write_h5ad(rows: ExportRows, file: BinaryIO) -> None:
    """`obs_names` are the ids, made unique; `var_names` are e0, e1..

    Raises:
        ExportError: anndata is not installed.
    """
    try:
        from anndata import AnnData
        from anndata.io import write_elem
    except ImportError:
        raise ExportError(
            "h5ad needs the package anndata; choose another format, or install it with: pip install hgt-studio[anndata]"
        ) from None
    import h5py
    import pandas as pd

    nodes = rows.nodes()
    obs = nodes.to_pandas().astype({"node_type": "category", "node_source": "category"})
    obs.index = pd.Index(unique_names(nodes))
    var = pd.DataFrame(index=[f"e{i}" for i in range(rows.embedding_dim)])
    with h5py.File(file, "w") as store:
        write_elem(store, "/", AnnData(obs=obs, var=var))
        matrix = store.require_dataset("X", (len(rows), rows.embedding_dim), rows.dtype)
        matrix.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
        start = 0
        for block in rows.blocks(rows.dtype):
            matrix[start : start + len(block.vectors)] = block.vectors
            start += len(block.vectors)
