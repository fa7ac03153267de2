import pytest
import torch
from torch_geometric.data import HeteroData
from torch_geometric.loader import LinkLoader, NodeLoader
from torch_geometric.sampler import EdgeSamplerInput, NodeSamplerInput

from hgt_studio.errors import InputError
from hgt_studio.graph import to_hetero_data
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.sampling.pyg import NeighbourBaseSampler
from tests.helpers.graphs import random_graph

INTERACTS, TREATS = ("drug", "interacts", "drug"), ("drug", "treats", "disease")


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return random_graph(4)


@pytest.fixture(scope="module")
def data(graph: KnowledgeGraph) -> HeteroData:
    """Features that tell node and edge: 1000 x type + number, and the edge's end points."""
    data = to_hetero_data(graph)
    for number, name in enumerate(data.node_types):
        data[name].x = (1000.0 * number + torch.arange(data[name].num_nodes))[:, None]
        for text in ("id", "name", "source"):  # PyG's loaders refuse lists
            del data[name][text]
    for edge_type in data.edge_types:
        data[edge_type].edge_attr = data[edge_type].edge_index.t().clone()
    return data


def check_batch(batch: HeteroData, data: HeteroData) -> None:
    """Nodes and edges of the batch are distinct ones of the data, with their features."""
    for name in data.node_types:
        assert torch.equal(batch[name].x, data[name].x[batch[name].n_id])
        assert len(batch[name].n_id.unique()) == batch[name].num_nodes == sum(batch[name].num_sampled_nodes)
    for edge_type in data.edge_types:
        (source_type, _, destination_type), store = edge_type, batch[edge_type]
        ends = torch.stack([
            batch[source_type].n_id[store.edge_index[0]], batch[destination_type].n_id[store.edge_index[1]]
        ])  # fmt: skip
        assert torch.equal(ends, data[edge_type].edge_index[:, store.e_id])
        assert torch.equal(ends.t(), store.edge_attr)
        assert len(store.e_id.unique()) == store.num_edges == sum(store.num_sampled_edges)


@pytest.mark.parametrize("rule", ["balanced", "uniform", "per_relation"])
def test_node_loader(graph: KnowledgeGraph, data: HeteroData, rule: str) -> None:
    loader = NodeLoader(
        data, NeighbourBaseSampler(graph, (4, 2), rule), input_nodes=("disease", torch.arange(9).flip(0)), batch_size=4
    )
    degree = in_degree(data, "disease")
    batches = list(loader)
    assert [batch["disease"].batch_size for batch in batches] == [4, 4, 1]
    assert torch.cat([batch["disease"].input_id for batch in batches]).tolist() == list(range(9))
    for number, batch in enumerate(batches):
        check_batch(batch, data)
        size, seeds = batch["disease"].batch_size, batch["disease"].n_id[: batch["disease"].batch_size]
        assert seeds.tolist() == list(range(9))[::-1][4 * number : 4 * number + 4]
        per_triplet = {
            edge_type: torch.bincount(batch[edge_type].edge_index[1], minlength=size)[:size]
            for edge_type in data.edge_types
            if edge_type[2] == "disease"
        }
        if rule == "per_relation":
            for edge_type, counts in per_triplet.items():
                available = torch.bincount(data[edge_type].edge_index[1], minlength=9)[seeds]
                assert torch.equal(counts, available.clamp(max=4))
        else:
            assert torch.equal(sum(per_triplet.values()), degree[seeds].clamp(max=4))


def in_degree(data: HeteroData, name: str) -> torch.Tensor:
    ends = [data[edge_type].edge_index[1] for edge_type in data.edge_types if edge_type[2] == name]
    return torch.bincount(torch.cat(ends), minlength=data[name].num_nodes)


def test_hops_stand_in_order(graph: KnowledgeGraph, data: HeteroData) -> None:
    """What `trim_to_layer` relies on: edges of hop h end in nodes of hop h and start in nodes of hops up to h + 1."""
    (batch,) = NodeLoader(data, NeighbourBaseSampler(graph, (2, 2, 1)), input_nodes=("gene", [0, 3]), batch_size=2)
    assert {len(batch[name].num_sampled_nodes) for name in data.node_types} == {4}
    for edge_type in data.edge_types:
        source_type, _, destination_type = edge_type
        row, col = batch[edge_type].edge_index
        first_edge = 0
        for hop, count in enumerate(batch[edge_type].num_sampled_edges):
            edges = slice(first_edge, first_edge + count)
            nodes_before = sum(batch[destination_type].num_sampled_nodes[:hop])
            assert (col[edges] >= nodes_before).all()
            assert (col[edges] < nodes_before + batch[destination_type].num_sampled_nodes[hop]).all()
            assert (row[edges] < sum(batch[source_type].num_sampled_nodes[: hop + 2])).all()
            first_edge += count


@pytest.mark.parametrize("edge_type", [INTERACTS, TREATS])
@pytest.mark.parametrize("negatives", [None, "binary", "triplet"])
def test_link_loader(
    graph: KnowledgeGraph, data: HeteroData, edge_type: tuple[str, str, str], negatives: str | None
) -> None:
    loader = LinkLoader(
        data, NeighbourBaseSampler(graph, (3, 2)), edge_label_index=(edge_type, None), batch_size=8,
        neg_sampling={"mode": negatives, "amount": 2} if negatives else None,
    )  # fmt: skip
    positives = []
    for batch in loader:
        check_batch(batch, data)
        source_ids, destination_ids = batch[edge_type[0]].n_id, batch[edge_type[2]].n_id
        if negatives == "triplet":
            sources = source_ids[batch[edge_type[0]].src_index]
            positives.append(torch.stack([sources, destination_ids[batch[edge_type[2]].dst_pos_index]]))
            assert batch[edge_type[2]].dst_neg_index.shape == (len(sources), 2)
            continue
        rows, columns = batch[edge_type].edge_label_index
        asked = torch.stack([source_ids[rows], destination_ids[columns]])
        num_positives = len(batch[edge_type].input_id)
        positives.append(asked[:, :num_positives])
        assert asked.shape[1] == num_positives * (3 if negatives else 1)
        if negatives:
            assert batch[edge_type].edge_label.tolist() == [1.0] * num_positives + [0.0] * 2 * num_positives
    assert torch.equal(torch.cat(positives, dim=1), data[edge_type].edge_index)


def test_torch_seed_decides(graph: KnowledgeGraph, data: HeteroData) -> None:
    loader = NodeLoader(data, NeighbourBaseSampler(graph, (2, 1)), input_nodes="drug", batch_size=6)

    def neighbourhoods(seed: int) -> list[list[int]]:
        torch.manual_seed(seed)
        return [batch[edge_type].e_id.tolist() for batch in loader for edge_type in data.edge_types]

    assert neighbourhoods(1) == neighbourhoods(1) != neighbourhoods(2)


def test_what_cannot_be_sampled_is_refused(graph: KnowledgeGraph) -> None:
    sampler, nodes = NeighbourBaseSampler(graph, (2,)), torch.tensor([0, 1])
    with pytest.raises(InputError, match="to_hetero_data"):
        sampler.sample_from_nodes(NodeSamplerInput(None, nodes))
    with pytest.raises(InputError, match="did you mean 'drug'"):
        sampler.sample_from_nodes(NodeSamplerInput(None, nodes, input_type="drugs"))
    with pytest.raises(InputError, match="distinct nodes"):
        sampler.sample_from_nodes(NodeSamplerInput(None, nodes[[0, 1, 0]], input_type="drug"))
    with pytest.raises(InputError, match="no times"):
        sampler.sample_from_nodes(NodeSamplerInput(None, nodes, time=nodes, input_type="drug"))
    with pytest.raises(InputError, match="no times"):
        sampler.sample_from_edges(EdgeSamplerInput(None, nodes, nodes, time=nodes, input_type=INTERACTS))
