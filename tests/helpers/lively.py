"""Networks whose layers matter before they have learned anything."""

import torch

from hgt_studio.model.encoder import HGTEncoder
from hgt_studio.model.network import HGTNetwork


def with_lively_layers(network: HGTNetwork) -> HGTNetwork:
    """Give the output maps of the layers, which start at zero, weights that let neighbours count."""
    if isinstance(network.encoder, HGTEncoder):
        enliven(network.encoder)
    return network


def enliven(encoder: HGTEncoder) -> None:
    """The same for an encoder alone."""
    for layer in encoder.layers:
        for parameter in (layer.out_weight, layer.out_bias):
            torch.nn.init.normal_(parameter, std=layer.query_weight.size(-1) ** -0.5)
