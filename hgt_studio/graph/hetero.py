"""To and from PyTorch Geometric's `HeteroData`."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from hgt_studio.errors import InputError
from hgt_studio.graph.assemble import assemble_graph
from hgt_studio.graph.knowledge_graph import NODE_SCHEMA, EdgeList, KnowledgeGraph
from hgt_studio.typing import Triplet

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData


def to_hetero_data(graph: KnowledgeGraph) -> "HeteroData":
    """PyG's form of the graph.

    Each node type has `num_nodes`, `index` (int64, shape (num_nodes,)) and the lists `id`, `name`, `source`; each
    triplet has `edge_index`, int64, shape (2, num_edges), with nodes counted within their types.
    """
    import torch
    from torch_geometric.data import HeteroData

    data = HeteroData()
    for i, name in enumerate(graph.node_types):
        nodes = graph.nodes.slice(graph.type_ptr[i], graph.type_ptr[i + 1] - graph.type_ptr[i])
        data[name].num_nodes = len(nodes)
        data[name].index = torch.from_numpy(nodes["index"].to_numpy().copy())
        for column in ("id", "name", "source"):
            data[name][column] = nodes[column].to_pylist()
    edges = graph.edges()
    order = np.argsort(edges.triplet, kind="stable")
    bounds = np.searchsorted(edges.triplet[order], np.arange(len(graph.triplets) + 1))
    for i, triplet in enumerate(graph.triplets):
        part = edges[order[bounds[i] : bounds[i + 1]]]
        source = part.source - graph.type_ptr[graph.triplet_types[i, 0]]
        destination = part.destination - graph.type_ptr[graph.triplet_types[i, 1]]
        data[tuple(triplet)].edge_index = torch.from_numpy(np.stack((source, destination)))
    return data


def from_hetero_data(data: "HeteroData") -> KnowledgeGraph:
    """The graph of a `HeteroData`; features are left aside, `id`, `name`, `source` and `index` of the nodes are taken.

    Raises:
        InputError: an edge refers to a node that is not there.
    """
    triplets = [Triplet(*edge_type) for edge_type in data.edge_types]
    if not triplets:
        raise InputError("the HeteroData has no edges; add some")
    type_names = list(data.node_types)
    tables = {name: _nodes(data, name) for name in type_names}
    counts = [len(table) for table in tables.values()]
    first = dict(zip(type_names, np.cumsum([0, *counts]), strict=False))
    parts = []
    for number, triplet in enumerate(triplets):
        local = data[tuple(triplet)].edge_index.cpu().numpy()
        for ends, name in zip(local, (triplet.source_type, triplet.destination_type), strict=True):
            if len(ends) and not 0 <= ends.min() <= ends.max() < len(tables.get(name, ())):
                raise InputError(f"edges of {triplet} refer to nodes of '{name}' that do not exist; set its num_nodes")
        kind = np.full(local.shape[1], number, np.int16)
        parts.append((local[0] + first[triplet.source_type], kind, local[1] + first[triplet.destination_type]))
    source, kind, destination = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    node_type = np.repeat(np.arange(len(counts), dtype=np.int16), counts)
    nodes = pa.concat_tables(tables.values())
    return assemble_graph(type_names, node_type, nodes, triplets, EdgeList(source, kind, destination))


def _nodes(data: "HeteroData", name: str) -> pa.Table:
    """The nodes of a type; where there is no `id`, it is the node's number within the type."""
    store = data[name]
    if store.num_nodes is None:
        raise InputError(f"the HeteroData does not say how many nodes '{name}' has; set its num_nodes")
    ids = store.get("id", [str(i) for i in range(store.num_nodes)])
    names = store.get("name", ids)
    sources = store.get("source", [""] * len(ids))
    index = store["index"].tolist() if "index" in store else [None] * len(ids)
    return pa.table([ids, names, sources, index], schema=NODE_SCHEMA)
