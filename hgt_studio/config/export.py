"""What is written when the embeddings leave the program."""

from typing import Literal

from hgt_studio.config.field import Section, setting

ExportFormat = Literal["parquet", "csv", "csv_list", "npz", "safetensors", "word2vec", "projector", "h5ad"]
Precision = Literal["float32", "float16"]
Normalisation = Literal["none", "l2", "standardise"]
MessageEdges = Literal["all", "train"]


class ExportConfig(Section):
    """Format and content of the embedding file."""

    format: ExportFormat = setting(
        "parquet", "Format",
        "parquet, csv (one column per dimension), csv_list (one list column), npz, safetensors, word2vec text, "
        "projector (TensorBoard TSV) or h5ad (AnnData)",
    )  # fmt: skip
    node_types: tuple[str, ...] | None = setting(None, "Node types", "write these node types; not set: all")
    precision: Precision = setting(
        "float32", "Precision", "number format of the vectors where the file format has a choice"
    )
    normalisation: Normalisation = setting(
        "none",
        "Normalise",
        "none; l2: every vector has length one; standardise: every dimension has mean 0 and variance 1",
    )
    message_edges: MessageEdges = setting(
        "all",
        "Message edges",
        "all: the exported vectors see every edge; train: only what the metrics were measured with",
    )
