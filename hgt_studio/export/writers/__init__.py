"""One file per format. A writer takes the rows and an open binary file."""

from collections.abc import Callable
from typing import BinaryIO

from hgt_studio.config import ExportFormat
from hgt_studio.export.table import ExportRows
from hgt_studio.export.writers.csv import write_csv, write_csv_list
from hgt_studio.export.writers.h5ad import write_h5ad
from hgt_studio.export.writers.npz import write_npz
from hgt_studio.export.writers.parquet import write_parquet
from hgt_studio.export.writers.projector import write_metadata, write_vectors
from hgt_studio.export.writers.safetensors import write_safetensors
from hgt_studio.export.writers.word2vec import write_word2vec

Writer = Callable[[ExportRows, BinaryIO], None]

# The files of each format: the name inside the folder that the user gives ("": the user names the file itself), writer.
WRITERS: dict[ExportFormat, dict[str, Writer]] = {
    "csv": {"": write_csv},
    "csv_list": {"": write_csv_list},
    "h5ad": {"": write_h5ad},
    "npz": {"": write_npz},
    "parquet": {"": write_parquet},
    "projector": {"metadata.tsv": write_metadata, "vectors.tsv": write_vectors},
    "safetensors": {"": write_safetensors},
    "word2vec": {"": write_word2vec},
}
