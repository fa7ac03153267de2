"""What a script with PyG does on the subgraph of one of our batches: the peer of the step benchmark."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch_geometric.nn import HGTConv

from hgt_studio.config import RunConfig
from hgt_studio.sampling.batch import Batch
from hgt_studio.training.task import TrainingTask

Types = dict[str, Tensor]


class EinsumHGTConv(HGTConv):
    """With one einsum per edge type for the relation matrices, as people write it who look at a profile."""

    def _construct_src_node_feat(
        self, k_dict: Types, v_dict: Types, edge_index_dict: dict[tuple[str, str, str], Tensor]
    ):  # type: ignore[no-untyped-def]
        by_type = (self.heads, len(self.edge_types), *self.k_rel.weight.shape[1:])
        key_weight, value_weight = self.k_rel.weight.view(by_type), self.v_rel.weight.view(by_type)
        keys, values, offset, rows = [], [], {}, 0
        for edge_type in edge_index_dict:
            number = self.edge_types_map[edge_type]
            offset[edge_type] = rows
            rows += len(k_dict[edge_type[0]])
            keys.append(torch.einsum("nhd,hde->nhe", k_dict[edge_type[0]], key_weight[:, number]))
            values.append(torch.einsum("nhd,hde->nhe", v_dict[edge_type[0]], value_weight[:, number]))
        return torch.cat(keys), torch.cat(values), offset


def pyg_step(
    conv: type[HGTConv], task: TrainingTask, batch: Batch, config: RunConfig, device: torch.device
) -> Callable[[], None]:
    """Two `HGTConv` layers over the nodes and edges of the batch, ReLU between, forward and backward."""
    graph, hidden = task.graph, config.architecture.hidden_dim
    tensors = batch.to(torch.device("cpu"))
    segment_triplet = tensors.tile_triplet.repeat_interleave(batch.shape.segment_tile)
    padded_rows = set((torch.tensor(batch.shape.nodes) - 1).tolist())
    real = torch.tensor([row not in padded_rows for row in tensors.edge_destination.tolist()])
    row_type = tensors.tile_type.repeat_interleave(batch.shape.node_tile)
    local = torch.zeros_like(row_type)
    x_dict, edge_index_dict = {}, {}
    for number, name in enumerate(graph.node_types):
        rows = torch.nonzero(row_type == number).squeeze(1)
        local[rows] = torch.arange(len(rows))
        x_dict[name] = torch.randn(len(rows), hidden, device=device, requires_grad=True)
    for number, triplet in enumerate(graph.triplets):
        chosen = real & (segment_triplet[tensors.edge_segment] == number)
        edge = torch.stack([local[tensors.edge_source[chosen]], local[tensors.edge_destination[chosen]]])
        edge_index_dict[tuple(triplet)] = edge.to(device)
    metadata = (list(graph.node_types), [tuple(triplet) for triplet in graph.triplets])
    convs = [conv(hidden, hidden, metadata, config.architecture.num_heads).to(device) for _ in range(2)]

    def step() -> None:
        hidden_dict = convs[0](x_dict, edge_index_dict)
        hidden_dict = {name: x.relu() for name, x in hidden_dict.items()}
        out = convs[1](hidden_dict, edge_index_dict)
        torch.stack([x.square().mean() for x in out.values()]).sum().backward()

    return step
