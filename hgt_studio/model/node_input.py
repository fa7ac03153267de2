"""What the encoder starts from: a learned vector for each node, a linear map of its features, or their sum.

    x_i = e_i + features_i W_t + b_t,  t being the type of node i

Without features and with node embeddings it is e_i alone; without both b_t. A node that training never saw has no e_i.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from hgt_studio.config import ArchitectureConfig
from hgt_studio.graph.align import Alignment
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.node_features import NodeFeatures, Scaling
from hgt_studio.model.chunk_shape import INPUT_ROWS
from hgt_studio.model.encoder import typed_rows
from hgt_studio.model.grouped import typed_linear
from hgt_studio.model.node_embedding import select_rows
from hgt_studio.sampling.batch import DeviceBatch

_START = 0.1  # node embeddings start small, so that they find their directions fast


class NodeInput(nn.Module):
    """The encoder's input, (rows, input_dim). What the settings do not ask for is None.

    weight: (num_nodes, input_dim), the learned node embeddings, most of the parameters.
    features: (num_nodes, feature_width), fixed, with the mean and deviation that they were standardised by.
    feature_weight: (num_types, feature_width, input_dim). type_vectors: (num_types, input_dim).
    """

    weight: nn.Parameter | None
    features: Tensor | None
    feature_mean: Tensor
    feature_deviation: Tensor
    feature_weight: nn.Parameter
    type_vectors: nn.Parameter | None

    def __init__(self, config: ArchitectureConfig, num_nodes: int, num_types: int, feature_width: int = 0) -> None:
        super().__init__()
        self.config = config
        self.register_parameter("weight", None)
        self.register_parameter("type_vectors", None)
        self.register_buffer("features", None)
        dim = config.input_dim
        if config.node_embeddings:
            self.weight = nn.Parameter(torch.empty(num_nodes, dim).normal_(std=_START * dim**-0.5))
        if feature_width:
            self.register_buffer("features", torch.zeros(num_nodes, feature_width))
            self.register_buffer("feature_mean", torch.zeros(num_types, feature_width))
            self.register_buffer("feature_deviation", torch.ones(num_types, feature_width))
            std = (feature_width * dim) ** -0.5
            self.feature_weight = nn.Parameter(torch.empty(num_types, feature_width, dim).normal_(std=std))
        if feature_width or config.embedding_dropout or not config.node_embeddings:
            std = 0.0 if feature_width or config.node_embeddings else dim**-0.5
            self.type_vectors = nn.Parameter(torch.empty(num_types, dim).normal_(std=std))

    def set_features(self, features: NodeFeatures) -> None:
        """Fill the tables."""
        assert self.features is not None
        self.features.copy_(torch.from_numpy(features.values))
        self.feature_mean.copy_(torch.from_numpy(features.scaling.mean))
        self.feature_deviation.copy_(torch.from_numpy(features.scaling.deviation))

    def scaling(self) -> Scaling | None:
        """What features of other nodes must be standardised by; None without features."""
        if self.features is None:
            return None
        return Scaling(self.feature_mean.cpu().numpy(), self.feature_deviation.cpu().numpy())

    def forward(self, batch: DeviceBatch) -> Tensor:
        """The input of all rows of a batch."""
        of_type = self._of_type(batch)
        if self.weight is None:
            assert of_type is not None
            return of_type
        own = select_rows(self.weight, batch.node_ids)
        if self.training and self.config.embedding_dropout:
            own = own * (torch.rand(own.size(0), 1, device=own.device) >= self.config.embedding_dropout)
        return own if of_type is None else own + of_type

    def _of_type(self, batch: DeviceBatch) -> Tensor | None:
        """What a node has from its features and its type."""
        if self.type_vectors is None:
            return None
        if self.features is None:
            return self.type_vectors.index_select(0, batch.tile_type).repeat_interleave(batch.shape.node_tile, 0)
        rows = typed_rows(batch, len(batch.shape.nodes) - 1)
        return typed_linear(self.features.index_select(0, batch.node_ids), self.feature_weight, self.type_vectors, rows)

    def of_all_nodes(self, type_ptr: IntArray) -> Tensor:
        """The input of all nodes: the table itself if there is nothing else, else made on the host.

        type_ptr: of the graph.
        """
        if self.type_vectors is None:
            assert self.weight is not None
            return self.weight.detach()
        out = torch.empty(int(type_ptr[-1]), self.type_vectors.size(1))
        for node_type, nodes in _blocks(type_ptr):
            rows = self.type_vectors[node_type].expand(nodes.stop - nodes.start, -1)
            if self.features is not None:
                rows = torch.addmm(rows, self.features[nodes], self.feature_weight[node_type])
            out[nodes] = (rows if self.weight is None else rows + self.weight[nodes]).detach().cpu()
        return out

    @torch.no_grad()
    def for_other_nodes(self, others: Alignment, type_ptr: IntArray, features: NodeFeatures | None) -> "NodeInput":
        """The input of the nodes of another graph. Known nodes keep their own embeddings.

        The others have none if training knew such nodes (`embedding_dropout`), else the mean of their type.
        type_ptr: of the graph of the training. features: of the other nodes, standardised by `scaling`.
        """
        width = 0 if self.features is None else self.features.size(1)
        inputs = NodeInput(self.config, others.graph.num_nodes, len(type_ptr) - 1, width)
        inputs = inputs.to(next(self.parameters()).device)
        if self.weight is not None and inputs.weight is not None:
            for node_type, nodes in _blocks(others.graph.type_ptr):
                first, last = type_ptr[node_type : node_type + 2].tolist()
                known = torch.from_numpy(others.known[nodes]).to(self.weight.device)
                stand_in = self.weight[first:last].mean(0) * (not self.config.embedding_dropout)
                rows = self.weight.index_select(0, known.clamp(min=0))
                inputs.weight[nodes] = torch.where(known.unsqueeze(1) >= 0, rows, stand_in)
        if features is not None:
            inputs.set_features(features)
            inputs.feature_weight.copy_(self.feature_weight)
        if inputs.type_vectors is not None and self.type_vectors is not None:
            inputs.type_vectors.copy_(self.type_vectors)
        return inputs


def _blocks(type_ptr: IntArray) -> Iterator[tuple[int, slice]]:
    """Node type, and some of its nodes."""
    for number, last in enumerate(type_ptr[1:].tolist()):
        for first in range(int(type_ptr[number]), last, INPUT_ROWS):
            yield number, slice(first, min(last, first + INPUT_ROWS))
