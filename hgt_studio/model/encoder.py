"""The encoder: HGT layers over a batch, each computing just the rows that the layers after it need; or none."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from hgt_studio.config import ArchitectureConfig
from hgt_studio.model.attention import EdgeIndex
from hgt_studio.model.grouped import TypedRows, works_on_slices
from hgt_studio.model.hgt_layer import HGTLayer, LayerGraph
from hgt_studio.sampling.batch import DeviceBatch

_LEAST_LENGTH = 1e-3  # shorter rows, of nodes that do without their embedding, keep a share: gradients stay bounded


class HGTEncoder(nn.Module):
    """Residual blocks (normalisation, HGT layer, dropout), `num_layers` times, then a projection to `embedding_dim`.

    Every block adds to its input (pre-norm, as in Xiong et al. 2020), so a node's own embedding always reaches the
    output beside what its neighbours say: nodes with like neighbours stay apart. It comes as it is, not normalised: its
    length tells how much is known of a node. What comes from neighbours starts at zero (as in Fixup, Zhang et al. 2019)
    and the projection as an isometry: training starts with the node embeddings.
    """

    def __init__(self, config: ArchitectureConfig, num_types: int, num_triplets: int) -> None:
        super().__init__()
        hidden = config.hidden_dim
        self.dropout, self.length = config.dropout, config.embedding_length
        self.norms = nn.ModuleList(
            nn.LayerNorm(hidden) if config.normalize else nn.Identity() for _ in range(config.num_layers)
        )
        layers = [HGTLayer(hidden, config.num_heads, num_types, num_triplets) for _ in range(config.num_layers)]
        for layer in layers:
            nn.init.zeros_(layer.out_weight)
            nn.init.zeros_(layer.out_bias)
        self.layers = nn.ModuleList(layers)
        self.project = nn.Linear(hidden, config.embedding_dim)
        nn.init.zeros_(self.project.bias)
        nn.init.orthogonal_(self.project.weight)
        if config.chosen_decoder == "rotate":
            _pass_popularity(self.project.weight)

    def forward(self, x: Tensor, batch: DeviceBatch) -> Tensor:
        """Embeddings of the seed rows. x: (all rows of the batch, hidden). Returns (seed rows, embedding_dim)."""
        for depth, (norm, layer) in enumerate(zip(self.norms, self.layers, strict=True)):
            graph = layer_graph(batch, len(self.layers) - depth)
            kept = x[: graph.edges.num_destinations]
            x = kept + functional.dropout(layer(norm(x), kept, graph), self.dropout, self.training)
        return self.output(x)

    def output(self, x: Tensor) -> Tensor:
        """Embeddings of what the last layer gives. x: (rows, hidden). Returns (rows, embedding_dim)."""
        return to_length(self.project(x), self.length)


@torch.no_grad()
def _pass_popularity(weight: Tensor) -> None:
    """Let a projection start with the popularity (see `RotatEDecoder`) as the last two numbers of its input, alone.

    Else it would lie across all numbers of the node embeddings, and draw them all along faster than anything else.
    weight: (embedding_dim, hidden).
    """
    rows = torch.arange(weight.size(0)).view(2, -1)
    place, popularity = rows[:, :-1].flatten(), rows[:, -1]
    others = weight.new_zeros(len(place), weight.size(1) - 2)
    if others.numel():
        nn.init.orthogonal_(others)
    weight.zero_()
    weight[place, :-2] = others
    weight[popularity, -2:] = torch.eye(2)


class DirectEncoder(nn.Module):
    """No layers: the input is the embedding, as in knowledge-graph embedding models. Every row of a batch is a seed."""

    def __init__(self, config: ArchitectureConfig) -> None:
        super().__init__()
        self.length = config.embedding_length

    def forward(self, x: Tensor, batch: DeviceBatch) -> Tensor:
        """x: (seed rows, embedding_dim)."""
        return to_length(x, self.length)

    def output_(self, x: Tensor) -> Tensor:
        """The same in place."""
        return x.mul_(_factors(x, self.length)) if self.length else x


def to_length(x: Tensor, length: float) -> Tensor:
    """Rows of that Euclidean length; as they are for length 0. x: (rows, dim)."""
    return x * _factors(x, length) if length else x


def _factors(x: Tensor, length: float) -> Tensor:
    factors: Tensor = length / torch.linalg.vector_norm(x, dim=1, keepdim=True).clamp(min=_LEAST_LENGTH)
    return factors


def make_encoder(config: ArchitectureConfig, num_types: int, num_triplets: int) -> HGTEncoder | DirectEncoder:
    """The encoder that the settings name."""
    return HGTEncoder(config, num_types, num_triplets) if config.encoder == "hgt" else DirectEncoder(config)


def layer_graph(batch: DeviceBatch, blocks: int) -> LayerGraph:
    """What the layer passes messages over that reads the first `blocks` blocks of a batch."""
    shape = batch.shape
    edges, segments = shape.edges[blocks - 1], shape.segments[blocks - 1]
    return LayerGraph(
        inputs=typed_rows(batch, blocks),
        outputs=typed_rows(batch, blocks - 1),
        segment_destination=batch.segment_destination[:segments],
        tile_triplet=batch.tile_triplet[: segments // shape.segment_tile],
        edges=EdgeIndex(
            batch.edge_source[:edges], batch.edge_segment[:edges], batch.edge_destination[:edges],
            num_destinations=shape.nodes[blocks - 1],
        ),
    )  # fmt: skip


def typed_rows(batch: DeviceBatch, hop: int) -> TypedRows:
    """The rows of hops 0..hop."""
    tile = batch.shape.node_tile
    tile_type = batch.tile_type[: batch.shape.nodes[hop] // tile]
    slices = works_on_slices(tile_type.device)
    return TypedRows(tile_type, tile, tuple(run for run in batch.runs if run.hop <= hop) if slices else None)
