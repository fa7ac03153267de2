"""One layer of the Heterogeneous Graph Transformer (Hu et al. 2020), arranged for few, large kernels.

It computes what `torch_geometric.nn.HGTConv` computes. The difference is where the relation matrices act: on
segments, that is distinct (destination, relation) pairs, instead of on every source node of every edge type:

    q_i . (W_k^r k_j)  =  (q_i W_k^r^T) . k_j          sum_j a_ij (v_j W_v^r)  =  (sum_j a_ij v_j) W_v^r
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from hgt_studio.model.attention import EdgeIndex, segment_attention
from hgt_studio.model.grouped import TypedRows, relation_product, typed_linear


@dataclass(frozen=True)
class LayerGraph:
    """What one layer passes messages over.

    inputs: types of all rows read. outputs: types of the first `edges.num_destinations` rows, which are computed.
    segment_destination: int64 (num_segments,), row. tile_triplet: int64, triplet of each tile of segments.
    """

    inputs: TypedRows
    outputs: TypedRows
    segment_destination: Tensor
    tile_triplet: Tensor
    edges: EdgeIndex


class HGTLayer(nn.Module):
    """HGT attention, message passing and gated residual.

    Weights stand stacked, one for each node type or (triplet, head). With D = hidden / heads:
        key_value_weight (types, hidden, 2 * hidden), query_weight and out_weight (types, hidden, hidden),
        key_relation and value_relation (triplets, heads, D, D), prior (triplets, heads), skip (types,).
    """

    def __init__(self, hidden: int, heads: int, num_types: int, num_triplets: int) -> None:
        super().__init__()
        self.heads, dim = heads, hidden // heads
        self.key_value_weight = nn.Parameter(_uniform(num_types, hidden, 2 * hidden, fan_in=hidden))
        self.key_value_bias = nn.Parameter(_uniform(num_types, 2 * hidden, fan_in=hidden))
        self.query_weight = nn.Parameter(_uniform(num_types, hidden, hidden, fan_in=hidden))
        self.query_bias = nn.Parameter(_uniform(num_types, hidden, fan_in=hidden))
        self.out_weight = nn.Parameter(_uniform(num_types, hidden, hidden, fan_in=hidden))
        self.out_bias = nn.Parameter(_uniform(num_types, hidden, fan_in=hidden))
        self.key_relation = nn.Parameter(_uniform(num_triplets, heads, dim, dim, fan_in=dim))
        self.value_relation = nn.Parameter(_uniform(num_triplets, heads, dim, dim, fan_in=dim))
        self.prior = nn.Parameter(torch.ones(num_triplets, heads))
        self.skip = nn.Parameter(torch.ones(num_types))

    def forward(self, x: Tensor, kept: Tensor, graph: LayerGraph) -> Tensor:
        """x: (num_rows, hidden), what attends and is attended. kept: (num_destinations, hidden), of the residual.

        Returns (num_destinations, hidden).
        """
        key_value = self.keys_and_values(x, graph.inputs)
        query = self.queries(x[: graph.edges.num_destinations], graph.outputs)
        query = self.segment_queries(query, graph.segment_destination, graph.tile_triplet)
        message = segment_attention(query, key_value, graph.edges, self.heads)
        message = relation_product(message, self.value_relation, graph.tile_triplet)
        summed = torch.zeros_like(kept).index_add(0, graph.segment_destination, message)
        return self.update(summed, kept, graph.outputs)

    def keys_and_values(self, x: Tensor, rows: TypedRows) -> Tensor:
        """Keys and values of rows, side by side. shape: (num_rows, 2 * hidden)."""
        return typed_linear(x, self.key_value_weight, self.key_value_bias, rows)

    def queries(self, x: Tensor, rows: TypedRows) -> Tensor:
        """Queries of rows, before any relation. shape: (num_rows, hidden)."""
        return typed_linear(x, self.query_weight, self.query_bias, rows)

    def segment_queries(self, query: Tensor, segment_destination: Tensor, tile_triplet: Tensor) -> Tensor:
        """Scaled queries in the key space of each segment's relation. shape: (num_segments, hidden)."""
        scale = self.prior / math.sqrt(self.key_relation.size(-1))
        weight = self.key_relation.transpose(2, 3) * scale[:, :, None, None]
        return relation_product(query.index_select(0, segment_destination), weight, tile_triplet)

    def update(self, summed: Tensor, kept: Tensor, rows: TypedRows) -> Tensor:
        """The output map and the gated residual. summed, kept: (num_rows, hidden)."""
        out = typed_linear(functional.gelu(summed), self.out_weight, self.out_bias, rows)
        gate = self.skip.sigmoid().index_select(0, rows.tile_type).view(-1, 1, 1)
        tiles = rows.tile_type.size(0), rows.tile, kept.size(1)
        return torch.lerp(kept.view(tiles), out.view(tiles), gate).view_as(kept)


def _uniform(*shape: int, fan_in: int) -> Tensor:
    """Uniform in +-1/sqrt(fan_in), as `torch.nn.Linear` starts its weights and biases."""
    return torch.empty(shape).uniform_(-1.0, 1.0) / math.sqrt(fan_in)
