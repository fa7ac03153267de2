"""The encoder's input: the same formula for a batch and for all nodes, on slices and on tiles."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch

from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.model.network import HGTNetwork
from tests.helpers.batches import small_task, used_rows

FEATURES = ("architecture.structural_features=true", "architecture.name_features=true")
ALONE = "architecture.node_embeddings=false"
MODELS = {"embeddings": (), "types": (ALONE,), "both": FEATURES, "features": (*FEATURES, ALONE)}


@pytest.mark.parametrize("rows", [nullcontext, tiles_on_every_device], ids=["slices", "tiles"])
@pytest.mark.parametrize("model", MODELS)
def test_batches_and_all_nodes_start_from_the_formula(
    model: str, rows: Callable[[], AbstractContextManager[None]]
) -> None:
    task = small_task(*MODELS[model])
    features = task.node_features()
    network = HGTNetwork.for_graph(task.config, task.graph, features)
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
