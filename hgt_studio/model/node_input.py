"""What the encoder starts from: a learned vector for each node, else one for each node type."""

import numpy as np
import torch
from torch import Tensor, nn

from hgt_studio.config import ArchitectureConfig
from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.model.node_embedding import select_rows
from hgt_studio.sampling.batch import DeviceBatch


class NodeInput(nn.Module):
    """The encoder's input, (rows, input_dim).

    weight: (num_nodes, input_dim), the learned node embeddings, most of the parameters; None without them.
    type_vectors: (num_types, input_dim), in their place; else None.
    """

    weight: nn.Parameter | None
    type_vectors: nn.Parameter | None

    def __init__(self, config: ArchitectureConfig, num_nodes: int, num_types: int) -> None:
        super().__init__()
        self.register_parameter("weight", None)
        self.register_parameter("type_vectors", None)
        dim = config.input_dim
        if config.node_embeddings:
            self.weight = nn.Parameter(torch.empty(num_nodes, dim).normal_(std=dim**-0.5))
        else:
            self.type_vectors = nn.Parameter(torch.empty(num_types, dim).normal_(std=dim**-0.5))

    def forward(self, batch: DeviceBatch) -> Tensor:
        """The input of all rows of a batch."""
        if self.weight is not None:
            return select_rows(self.weight, batch.node_ids)
        assert self.type_vectors is not None
        return self.type_vectors.index_select(0, batch.tile_type).repeat_interleave(batch.shape.node_tile, 0)

    def of_all_nodes(self, type_ptr: IntArray) -> Tensor:
        """The input of all nodes: the table itself where there is one, else made on the host."""
        if self.weight is not None:
            return self.weight.detach()
        assert self.type_vectors is not None
        counts = torch.from_numpy(np.diff(type_ptr))
        return self.type_vectors.detach().cpu().repeat_interleave(counts, 0)
