"""A graph with awkward names and embeddings for it."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from hgt_studio.export import EmbeddingTable
from tests.helpers.graphs import graph_from_edges

AWKWARD_TEXTS = (
    "plain", 'with "quotes"', "a, comma", "two\nlines", "carriage\rreturn", "a\ttab", " blanks around ",
    "β-глобин 蛋白", "", "no\u00a0break", "'single'", "#hash", "1e5", "NA", "=SUM(A1)",
)  # fmt: skip


def awkward_table(seed: int = 0, num_nodes: int = 40, embedding_dim: int = 5) -> EmbeddingTable:
    """Ids collide, names hold every delimiter, the file's numbers are not the rows, values differ in magnitude."""
    generator = np.random.default_rng(seed)
    genes = num_nodes // 2
    graph = graph_from_edges({"gene/protein": genes, "drug": num_nodes - genes}, [("drug", "r", "drug")], [[0, 0, 1]])
    texts = [AWKWARD_TEXTS[i % len(AWKWARD_TEXTS)] for i in range(num_nodes)]
    nodes = pa.table(
        {
            "id": [f"{text}{i % 17}" for i, text in enumerate(texts)],
            "name": texts[::-1],
            "source": [("NCBI", "Drug Bank")[i % 2] for i in range(num_nodes)],
            "index": generator.permutation(num_nodes) * 3 + 1,
        }
    )
    vectors = generator.standard_normal((num_nodes, embedding_dim)) * 10.0 ** generator.integers(-4, 4, embedding_dim)
    return EmbeddingTable(vectors.astype(np.float32), replace(graph, nodes=nodes))
