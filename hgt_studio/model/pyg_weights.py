"""Weights of a PyTorch Geometric `HGTConv` in an `HGTLayer`."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from hgt_studio.model.hgt_layer import HGTLayer
from hgt_studio.typing import Triplet


def load_hgt_conv(
    layer: HGTLayer, state: Mapping[str, Tensor], node_types: Sequence[str], triplets: Sequence[Triplet]
) -> None:
    """Copy the `state_dict` of an `HGTConv` with the same sizes, whose metadata is (node_types, triplets).

    PyG keeps one linear map of keys, queries and values (in this order) for each type, and its relation matrices as
    (heads x triplets, dim, dim), the head being the slower index.
    """
    with torch.no_grad():
        for number, name in enumerate(node_types):
            key, query, value = state[f"kqv_lin.lins.{name}.weight"].chunk(3)
            key_bias, query_bias, value_bias = state[f"kqv_lin.lins.{name}.bias"].chunk(3)
            layer.key_value_weight[number].copy_(torch.cat([key, value]).t())
            layer.key_value_bias[number].copy_(torch.cat([key_bias, value_bias]))
            layer.query_weight[number].copy_(query.t())
            layer.query_bias[number].copy_(query_bias)
            layer.out_weight[number].copy_(state[f"out_lin.lins.{name}.weight"].t())
            layer.out_bias[number].copy_(state[f"out_lin.lins.{name}.bias"])
            layer.skip[number].copy_(state[f"skip.{name}"].squeeze())
        for number, triplet in enumerate(triplets):
            layer.prior[number].copy_(state[f"p_rel.{'__'.join(triplet)}"].squeeze(0))
        by_head = (layer.heads, len(triplets), *layer.key_relation.shape[2:])
        layer.key_relation.copy_(state["k_rel.weight"].view(by_head).transpose(0, 1))
        layer.value_relation.copy_(state["v_rel.weight"].view(by_head).transpose(0, 1))
