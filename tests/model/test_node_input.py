"""The encoder's input: the same formula for a batch and for all nodes, on slices and on tiles."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import pytest
import torch

from hgt_studio.graph.align import Alignment
from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.model.network import HGTNetwork
from tests.helpers.batches import small_task, used_rows
from tests.helpers.lively import with_lively_layers

FEATURES = ("architecture.structural_features=true", "architecture.name_features=true")
ALONE = "architecture.node_embeddings=false"
DROPOUT = "architecture.embedding_dropout=0.5"
MODELS = {
    "embeddings": (), "types": (ALONE,), "both": FEATURES, "features": (*FEATURES, ALONE), "dropout": (DROPOUT,),
}  # fmt: skip


@pytest.mark.parametrize("rows", [nullcontext, tiles_on_every_device], ids=["slices", "tiles"])
@pytest.mark.parametrize("model", MODELS)
def test_batches_and_all_nodes_start_from_the_formula(
    model: str, rows: Callable[[], AbstractContextManager[None]]
) -> None:
    task = small_task(*MODELS[model])
    features = task.node_features()
    network = with_lively_layers(HGTNetwork.for_graph(task.config, task.graph, features)).eval()
    inputs, graph = network.embedding, task.graph
    for parameter in inputs.parameters():
        torch.nn.init.normal_(parameter)
    expected = torch.zeros(graph.num_nodes, 16)
    for node, node_type in enumerate(graph.node_type.tolist()):
        if inputs.weight is not None:
            expected[node] += inputs.weight[node].detach()
        if inputs.type_vectors is not None:
            expected[node] += inputs.type_vectors[node_type].detach()
        if features is not None:
            expected[node] += torch.from_numpy(features.values[node]) @ inputs.feature_weight[node_type].detach()
    torch.testing.assert_close(inputs.of_all_nodes(graph.type_ptr), expected, rtol=1e-4, atol=1e-4)
    used, batch = used_rows(task, 0, task.shape), task.maker.make(0, task.shape).to(torch.device("cpu"))
    with torch.no_grad(), rows():
        torch.testing.assert_close(inputs(batch)[used], expected[batch.node_ids[used]], rtol=1e-4, atol=1e-4)


def test_some_rows_do_without_their_own_embedding_in_training() -> None:
    task = small_task(DROPOUT)
    inputs = HGTNetwork.for_graph(task.config, task.graph).embedding
    assert inputs.weight is not None
    assert inputs.type_vectors is not None
    torch.nn.init.normal_(inputs.type_vectors)
    batch = task.maker.make(0, task.shape).to(torch.device("cpu"))
    types = inputs.type_vectors.repeat_interleave(torch.from_numpy(np.diff(task.graph.type_ptr)), 0)
    used = used_rows(task, 0, task.shape)
    torch.manual_seed(0)
    x = inputs(batch)[used]
    own = x - types[batch.node_ids[used]]
    dropped = own.abs().amax(1) < 1e-6
    assert 0.35 < dropped.float().mean() < 0.65
    kept = inputs.weight[batch.node_ids[used]][~dropped]
    torch.testing.assert_close(own[~dropped], kept, rtol=1e-4, atol=1e-5)
    x.sum().backward()
    trained = inputs.weight.grad.abs().sum(1) > 0  # type: ignore[union-attr]
    assert set(torch.nonzero(trained).flatten().tolist()) == set(batch.node_ids[used][~dropped].tolist())


@pytest.mark.parametrize("model", ["embeddings", "both", "features", "types", "dropout"])
def test_known_nodes_keep_their_input_and_new_ones_get_what_is_known_of_them(model: str) -> None:
    task = small_task(*MODELS[model])
    graph, features = task.graph, task.node_features()
    inputs = with_lively_layers(HGTNetwork.for_graph(task.config, graph, features)).eval().embedding
    for parameter in inputs.parameters():
        torch.nn.init.normal_(parameter)
    new = torch.rand(graph.num_nodes, generator=torch.Generator().manual_seed(1)) < 0.3
    known = np.where(new.numpy(), -1, np.arange(graph.num_nodes))
    other = inputs.for_other_nodes(Alignment(graph, known, ()), graph.type_ptr, features)
    before, after = inputs.of_all_nodes(graph.type_ptr), other.of_all_nodes(graph.type_ptr)
    torch.testing.assert_close(after[~new], before[~new])
    if inputs.weight is None:
        torch.testing.assert_close(after, before)
        return
    own = after - (before - inputs.weight.detach())
    for node in torch.nonzero(new).flatten().tolist():
        same_type = torch.from_numpy(graph.node_type == graph.node_type[node])
        stand_in = torch.zeros(16) if model == "dropout" else inputs.weight[same_type].mean(0).detach()
        torch.testing.assert_close(own[node], stand_in, rtol=1e-4, atol=1e-4)
