"""New nodes lie where their known neighbours point, edge by edge."""

from typing import get_args

import numpy as np
import pytest
import torch

from hgt_studio.config.architecture import DecoderName
from hgt_studio.model.decoder import make_decoder
from hgt_studio.model.fold_in import fold_in
from tests.helpers.graphs import random_graph
from tests.helpers.subgraphs import graph_edges

DIM = 6


@pytest.mark.parametrize("name", get_args(DecoderName))
def test_new_nodes_lie_where_their_known_neighbours_point(name: DecoderName) -> None:
    graph = random_graph(1)
    torch.manual_seed(0)
    decoder = make_decoder(name, len(graph.triplets), DIM)
    for parameter in decoder.parameters():
        torch.nn.init.normal_(parameter)
    before = torch.randn(graph.num_nodes, DIM)
    new = np.random.default_rng(0).random(graph.num_nodes) < 0.4
    new[-2:] = True  # nodes without edges
    after = before.clone()
    alone = fold_in(after, graph, decoder, new, torch.device("cpu"))
    length = float(before[torch.from_numpy(~new)].norm(dim=1).mean())
    num_alone = 0
    for node in range(graph.num_nodes):
        queries = [
            decoder.target(decoder.query(before[source].unsqueeze(0), torch.tensor([triplet])))[0].detach()
            for source, triplet, destination in graph_edges(graph)
            if destination == node and not new[source]
        ]
        expected = before[node]
        if new[node] and queries:
            mean = torch.stack(queries).mean(0)
            expected = mean / mean.norm() * length
        num_alone += bool(new[node]) and not queries
        torch.testing.assert_close(after[node], expected, rtol=1e-4, atol=1e-5)
    assert alone == num_alone > 0
