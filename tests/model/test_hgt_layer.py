"""The layer against `torch_geometric.nn.HGTConv` with the same weights."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch_geometric.nn import HGTConv

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.attention import EdgeIndex
from hgt_studio.model.grouped import TypedRows
from hgt_studio.model.hgt_layer import HGTLayer, LayerGraph
from hgt_studio.model.pyg_weights import load_hgt_conv
from hgt_studio.sampling.batch import index_views, type_runs
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.pack import pack
from hgt_studio.sampling.plan import roomy_shape
from tests.helpers.graphs import graph_from_edges, random_graph

NOTHING = np.empty(0, dtype=np.int64)


def awkward_graph() -> KnowledgeGraph:
    """A type without incoming edges, a relation without edges, isolated nodes, a type with one node, a loop."""
    triplets = [
        ("drug", "hits", "gene"),
        ("gene", "binds", "gene"),
        ("gene", "linked", "disease"),
        ("drug", "treats", "disease"),
    ]
    hits = [(0, 0, 6), (1, 0, 6), (1, 0, 7), (5, 0, 14)]
    binds = [(6, 1, 7), (7, 1, 6), (8, 1, 8), (9, 1, 14)]
    linked = [(gene, 2, 15) for gene in range(6, 15)]
    return graph_from_edges({"drug": 6, "gene": 9, "disease": 1, "lonely": 3}, triplets, [*hits, *binds, *linked])


def whole_graph(graph: KnowledgeGraph, *, tile: int, slices: bool) -> tuple[LayerGraph, Tensor, int]:
    """One layer over all edges: the layer's graph, the node of each row, and the number of used rows."""
    sampler = NeighbourSampler(graph, (graph.num_edges + 1,), "uniform")
    subgraph = sampler.sample(np.arange(graph.num_nodes, dtype=np.int32), NOTHING, 0)
    shape = roomy_shape(subgraph, graph, tile, tile)
    arrays = index_views(np.zeros(shape.num_indices, dtype=np.int32), shape)
    row_of, usage = pack(subgraph, graph.node_type, len(graph.triplets), shape, arrays)
    tensors = {name: torch.from_numpy(array.astype(np.int64)) for name, array in arrays.items()}
    runs = type_runs(arrays["tile_type"], usage, shape) if slices else None
    outputs = TypedRows(tensors["tile_type"][: shape.nodes[0] // tile], tile, runs)
    edges = EdgeIndex(
        tensors["edge_source"], tensors["edge_segment"], tensors["edge_destination"], num_destinations=shape.nodes[0]
    )
    inputs = TypedRows(tensors["tile_type"], tile, runs)
    return (
        LayerGraph(inputs, outputs, tensors["segment_destination"], tensors["tile_triplet"], edges),
        torch.from_numpy(row_of.astype(np.int64)),
        shape.nodes[-1],
    )


@pytest.mark.parametrize("slices", [True, False], ids=["slices", "tiles"])
@pytest.mark.parametrize("tile", [1, 4, 32])
@pytest.mark.parametrize(
    "graph",
    [awkward_graph(), random_graph(1), random_graph(2), graph_from_edges({"a": 1}, [("a", "r", "a")], [(0, 0, 0)])],
    ids=["awkward", "random 1", "random 2", "one node"],
)
def test_outputs_and_gradients_equal_pygs(graph: KnowledgeGraph, tile: int, slices: bool) -> None:
    torch.manual_seed(0)
    hidden, heads = 16, 4
    conv = HGTConv(hidden, hidden, (list(graph.node_types), list(graph.triplets)), heads)
    for parameter in conv.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    layer = HGTLayer(hidden, heads, len(graph.node_types), len(graph.triplets))
    load_hgt_conv(layer, conv.state_dict(), graph.node_types, graph.triplets)
    features = torch.randn(graph.num_nodes, hidden)
    upstream = torch.randn(graph.num_nodes, hidden)

    theirs_in = features.clone().requires_grad_()
    expected, reached = run_pyg(conv, theirs_in, graph)
    (expected * upstream[reached]).sum().backward()

    ours_in = features.clone().requires_grad_()
    layer_graph, row_of, num_rows = whole_graph(graph, tile=tile, slices=slices)
    x = torch.zeros(num_rows, hidden).index_copy(0, row_of, ours_in)
    out = layer(x, x[: layer_graph.edges.num_destinations], layer_graph).index_select(0, row_of)[reached]
    (out * upstream[reached]).sum().backward()

    assert_close(out, expected)
    assert_close(ours_in.grad, theirs_in.grad)
    check = HGTLayer(hidden, heads, len(graph.node_types), len(graph.triplets))
    gradients = {name: grads(p) for name, p in conv.named_parameters()}
    load_hgt_conv(check, gradients, graph.node_types, graph.triplets)
    for name, parameter in layer.named_parameters():
        assert_close(grads(parameter), check.get_parameter(name), name)


def run_pyg(conv: HGTConv, features: Tensor, graph: KnowledgeGraph) -> tuple[Tensor, Tensor]:
    """PyG's output, and the nodes that have one: types that are a destination of some edge type."""
    edges = graph.edges()
    bounds = graph.type_ptr.tolist()
    x_dict = {name: features[bounds[i] : bounds[i + 1]] for i, name in enumerate(graph.node_types)}
    edge_index_dict = {}
    for number, triplet in enumerate(graph.triplets):
        chosen = edges.triplet == number
        source_type, destination_type = graph.triplet_types[number]
        edge_index_dict[triplet] = torch.stack(
            [
                torch.from_numpy(edges.source[chosen].astype(np.int64)) - bounds[source_type],
                torch.from_numpy(edges.destination[chosen].astype(np.int64)) - bounds[destination_type],
            ]
        )
    out = conv(x_dict, edge_index_dict)
    names = [name for name in graph.node_types if out.get(name) is not None]
    nodes = [torch.arange(bounds[i], bounds[i + 1]) for i, name in enumerate(graph.node_types) if name in names]
    return torch.cat([out[name] for name in names]), torch.cat(nodes)


def grads(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def assert_close(got: Tensor | None, expected: Tensor | None, name: str = "") -> None:
    """Equal to 1e-5 of the largest value."""
    assert got is not None
    assert expected is not None
    scale = max(1.0, float(expected.detach().abs().max())) if expected.numel() else 1.0
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-5 * scale, msg=lambda text: f"{name}: {text}")
