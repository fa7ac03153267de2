"""The encoder on a sampled batch against layer-wise inference over the whole graph: two ways to the same numbers."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch

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
