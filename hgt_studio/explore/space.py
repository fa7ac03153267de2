"""The embeddings of a run as they lie in its folder, with the names of their nodes."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hgt_studio.errors import RunDirectoryError

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class EmbeddingSpace:
    """Embedded nodes, in the order of the graph's numbering.

    vectors: float32, shape (num_nodes, embedding_dim). ids, names: strings, one for each node.
    type_names: names of the node types. type_of: int16, shape (num_nodes,), position in `type_names`.
    """

    vectors: FloatArray
    ids: pa.Array
    names: pa.Array
    type_names: tuple[str, ...]
    type_of: IntArray

    def __len__(self) -> int:
        return len(self.vectors)

    @cached_property
    def norms(self) -> FloatArray:
        """Lengths of the vectors; 1 for a vector of zeros, so that it is alike to nothing. shape: (num_nodes,)."""
        norms: FloatArray = np.sqrt(np.einsum("ij,ij->i", self.vectors, self.vectors))
        norms[norms == 0.0] = 1.0
        return norms

    def name(self, node: int) -> str:
        """What to call a node: its name, else its id."""
        return str(self.names[node].as_py() or self.ids[node].as_py())

    def type_name(self, node: int) -> str:
        return self.type_names[int(self.type_of[node])]


def open_space(directory: Path) -> EmbeddingSpace:
    """Read `embeddings.parquet` of a run directory.

    Raises:
        RunDirectoryError: there is none yet, or it cannot be read.
    """
    path = directory / "embeddings.parquet"
    if not path.is_file():
        raise RunDirectoryError(
            f"{directory.name}: has no embeddings yet; train it to its end, or stop and keep the best"
        )
    try:
        table = pq.read_table(path, memory_map=True)
        types = table["node_type"].combine_chunks().dictionary_encode()
        vectors = _matrix(table["embedding"])
        ids, names = (table[column].combine_chunks().cast(pa.string()) for column in ("node_id", "node_name"))
    except (OSError, KeyError, pa.ArrowException) as error:
        raise RunDirectoryError(f"{path}: cannot be read ({error}); train the run anew") from None
    return EmbeddingSpace(
        vectors, ids, names, tuple(types.dictionary.to_pylist()), types.indices.to_numpy().astype(np.int16)
    )


def _matrix(column: pa.ChunkedArray) -> FloatArray:
    """A column of lists of one length as an array."""
    flat = np.concatenate([chunk.flatten().to_numpy(zero_copy_only=False) for chunk in column.chunks])
    return np.ascontiguousarray(flat.reshape(len(column), -1), dtype=np.float32)
