import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import HeteroData

from hgt_studio.errors import InputError
from hgt_studio.graph import assemble_graph, from_hetero_data, load_graph, to_hetero_data
from tests.helpers.graphs import random_graph
from tests.helpers.tables import edge_set, real_table

ARRAYS = ("type_ptr", "reverse", "segment_ptr", "segment_triplet", "edge_ptr", "edge_source")


@given(st.integers(0, 10_000))
def test_round_trip(seed: int) -> None:
    made = random_graph(seed)
    graph = assemble_graph(made.node_types, made.node_type, made.nodes, made.triplets, made.edges())
    again = from_hetero_data(to_hetero_data(graph))
    assert (again.node_types, again.triplets) == (graph.node_types, graph.triplets)
    assert again.nodes.equals(graph.nodes)
    for name in ARRAYS:
        assert getattr(again, name).tolist() == getattr(graph, name).tolist()


def test_hetero_data_of_a_real_graph_is_valid_and_complete() -> None:
    graph = load_graph(real_table("real_small.csv.gz"))
    data = to_hetero_data(graph)
    data.validate(raise_on_error=True)
    ids = {name: data[name]["id"] for name in data.node_types}
    edges = {
        (source_type, ids[source_type][s], relation, destination_type, ids[destination_type][d])
        for (source_type, relation, destination_type), index in data.edge_index_dict.items()
        for s, d in index.t().tolist()
    }
    assert edges == edge_set(graph)


def test_a_foreign_hetero_data() -> None:
    data = HeteroData()
    data["paper"].x = torch.zeros(3, 4)
    data["author"].num_nodes = 2
    data["author", "writes", "paper"].edge_index = torch.tensor([[0, 1, 1], [2, 0, 0]])
    data["paper", "rev_writes", "author"].edge_index = torch.tensor([[2, 0], [0, 1]])
    graph = from_hetero_data(data)
    assert edge_set(graph) == {
        ("author", "0", "writes", "paper", "2"), ("author", "1", "writes", "paper", "0"),
        ("paper", "2", "rev_writes", "author", "0"), ("paper", "0", "rev_writes", "author", "1"),
    }  # fmt: skip
    assert graph.report.duplicates == 1
    assert graph.reverse.tolist() == [1, 0]


def test_bad_hetero_data() -> None:
    data = HeteroData()
    data["a"].num_nodes = 2
    with pytest.raises(InputError, match="no edges"):
        from_hetero_data(data)
    data["a", "r", "a"].edge_index = torch.tensor([[0], [2]])
    with pytest.raises(InputError, match="nodes of 'a' that do not exist"):
        from_hetero_data(data)
