"""The encoder on a sampled batch against layer-wise inference over the whole graph: two ways to the same numbers."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch

from hgt_studio.model.encoder import to_length
from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.model.inference import embed_all_nodes
from hgt_studio.model.network import HGTNetwork
from tests.helpers.batches import WHOLE, small_task
from tests.helpers.lively import with_lively_layers

CPU = torch.device("cpu")


@pytest.mark.parametrize("rows", [nullcontext, tiles_on_every_device], ids=["slices", "tiles"])
@pytest.mark.parametrize("normalize", ["true", "false"])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_whole_neighbourhoods_give_what_inference_gives(
    layers: int, normalize: str, rows: Callable[[], AbstractContextManager[None]]
) -> None:
    task = small_task(
        f"architecture.num_layers={layers}", f"sampling.num_neighbors={[WHOLE] * layers}",
        f"architecture.normalize={normalize}", "sampling.fan_out_rule=uniform", "sampling.hide_supervision=false",
    )  # fmt: skip
    torch.manual_seed(0)
    network = with_lively_layers(HGTNetwork.for_graph(task.config, task.graph)).eval()
    host = task.maker.make(0, task.shape)
    assert host.usage.dropped_edges == 0
    batch = host.to(CPU)
    with torch.no_grad(), rows():
        seeds = network.encoder(network.embedding(batch), batch)
    graph = task.split.message_graph
    everything = embed_all_nodes(network.encoder, network.embedding.weight.detach(), graph, 1 << 30)
    ends = torch.unique(torch.cat([batch.positive_source, batch.positive_destination, batch.pair_first]))
    assert len(torch.unique(batch.node_ids[ends])) == len(ends) > 10
    torch.testing.assert_close(seeds[ends], everything[batch.node_ids[ends]], rtol=1e-5, atol=1e-5)


def test_dropout_acts_in_training_only() -> None:
    task = small_task("architecture.dropout=0.5")
    network = with_lively_layers(HGTNetwork.for_graph(task.config, task.graph))
    batch = task.maker.make(0, task.shape).to(CPU)
    with torch.no_grad():
        features = network.embedding(batch)
        first, second = network.encoder(features, batch), network.encoder(features, batch)
        network.eval()
        assert not torch.allclose(first, second)
        torch.testing.assert_close(network.encoder(features, batch), network.encoder(features, batch), rtol=0, atol=0)


def test_before_training_embeddings_lie_as_the_learned_vectors_of_their_nodes_do() -> None:
    """Whatever their neighbours: cosines are those of the table."""
    task = small_task("architecture.hidden_dim=16", "architecture.embedding_dim=24")
    torch.manual_seed(0)
    network = HGTNetwork.for_graph(task.config, task.graph).eval()
    found = network.embed(task.split.message_graph, 1 << 24)
    unit = [torch.nn.functional.normalize(rows, dim=1) for rows in (found, network.embedding.weight.detach())]
    torch.testing.assert_close(unit[0] @ unit[0].t(), unit[1] @ unit[1].t(), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("hidden", "dim"), [(16, 24), (32, 8), (2, 4)])
def test_popularity_starts_as_two_numbers_of_its_own(hidden: int, dim: int) -> None:
    """Places hear nothing of the last two numbers of the input, popularity of nothing else."""
    task = small_task(
        f"architecture.hidden_dim={hidden}", "architecture.num_heads=1", f"architecture.embedding_dim={dim}"
    )
    project = HGTNetwork.for_graph(task.config, task.graph).encoder.project
    torch.manual_seed(0)
    x = torch.randn(5, hidden)
    last = torch.tensor([dim // 2 - 1, dim - 1])
    with torch.no_grad():
        found, place = project(x), project(torch.cat([x[:, :-2], torch.zeros(5, 2)], dim=1))
    torch.testing.assert_close(found[:, last], x[:, -2:])
    assert torch.equal(place, found.index_fill(1, last, 0.0))


@pytest.mark.parametrize("encoder", ["hgt", "none"])
@pytest.mark.parametrize("length", [2.0, 9.6])
def test_all_embeddings_have_the_length_of_the_settings(encoder: str, length: float) -> None:
    task = small_task(f"architecture.encoder={encoder}", f"architecture.embedding_length={length}")
    network = with_lively_layers(HGTNetwork.for_graph(task.config, task.graph)).eval()
    batch = task.maker.make(0, task.shape).to(CPU)
    with torch.no_grad():
        seeds = network.encoder(network.embedding(batch), batch)[batch.positive_source]
    for vectors in (seeds, network.embed(task.split.message_graph, 1 << 24)):
        torch.testing.assert_close(vectors.square().sum(1).sqrt(), torch.full((len(vectors),), length))


def test_bringing_to_a_length_keeps_directions_and_breaks_no_gradient() -> None:
    torch.manual_seed(0)
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(torch.cosine_similarity(x, to_length(x, 1.25)), torch.ones(4, dtype=torch.float64))
    assert torch.autograd.gradcheck(lambda rows: to_length(rows, 1.25), x)
    assert to_length(x, 0.0) is x
    zeros = torch.zeros(2, 6, requires_grad=True)
    to_length(zeros, 1.25).sum().backward()
    assert float(zeros.grad.abs().max()) < 1e4
