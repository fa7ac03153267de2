"""The numbers that the formulas take: widths of the network, and how the device computes."""

from dataclasses import dataclass

from hgt_studio.config import RunConfig
from hgt_studio.config.architecture import DecoderName
from hgt_studio.graph.node_features import feature_width
from hgt_studio.memory.graph_sizes import GraphSizes
from hgt_studio.typing import DeviceKind


@dataclass(frozen=True)
class NetworkSizes:
    """Sizes of an `HGTNetwork` on a kind of device.

    hidden: width of the encoder's input and of its layers. layers: none for the encoder "none".
    moduli: absolute values of the numbers of an embedding, of which the decoder makes complex ones or not.
    learns_nodes: whether there are learned node embeddings. drops_nodes: whether training
        leaves some of them out. features: of each node. fixes_length: whether embeddings are brought to one length.
    head_dim: hidden / heads. on_tiles: whether products by type work on tiles or on slices (`model.grouped`).
    """

    nodes: int
    types: int
    triplets: int
    hidden: int
    heads: int
    layers: int
    embedding: int
    moduli: int
    learns_nodes: bool
    drops_nodes: bool
    features: int
    normalize: bool
    drops: bool
    fixes_length: bool
    decoder: DecoderName
    device_kind: DeviceKind
    on_tiles: bool

    @classmethod
    def of(cls, config: RunConfig, graph: GraphSizes, device_kind: DeviceKind) -> "NetworkSizes":
        architecture = config.architecture
        return cls(
            nodes=sum(graph.nodes),
            types=len(graph.nodes),
            triplets=len(graph.triplets),
            hidden=architecture.input_dim,
            heads=architecture.num_heads,
            layers=architecture.num_hops,
            embedding=architecture.embedding_dim,
            moduli=architecture.embedding_dim // (2 if architecture.has_complex_embeddings else 1),
            learns_nodes=architecture.node_embeddings,
            drops_nodes=architecture.embedding_dropout > 0 and architecture.node_embeddings,
            features=feature_width(architecture, graph.triplets),
            normalize=architecture.normalize,
            drops=architecture.dropout > 0,
            fixes_length=architecture.embedding_length > 0,
            decoder=architecture.chosen_decoder,
            device_kind=device_kind,
            on_tiles=device_kind != "cpu",
        )

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads

    @property
    def table(self) -> int:
        """Numbers in the table of learned node embeddings."""
        return self.nodes * self.hidden * self.learns_nodes

    @property
    def has_type_vectors(self) -> bool:
        return self.features > 0 or self.drops_nodes or not self.learns_nodes

    @property
    def relation_weights(self) -> int:
        """Numbers in one stack of relation matrices."""
        return self.triplets * self.hidden * self.head_dim

    @property
    def dropout_value_bytes(self) -> int:
        """CUDA keeps a mask of bools for backward; the others a float32 factor."""
        return 1 if self.device_kind == "cuda" else 4

    def layer_parameters(self) -> dict[str, int]:
        """Numbers in each parameter but the embedding table, as `NodeInput`, `HGTEncoder` and the decoder make them."""
        hidden = self.hidden
        layer = {
            "key_value_weight": 2 * self.types * hidden * hidden,
            "key_value_bias": 2 * self.types * hidden,
            "query_weight": self.types * hidden * hidden,
            "query_bias": self.types * hidden,
            "out_weight": self.types * hidden * hidden,
            "out_bias": self.types * hidden,
            "key_relation": self.relation_weights,
            "value_relation": self.relation_weights,
            "prior": self.triplets * self.heads,
            "skip": self.types,
        }
        if self.normalize:
            layer |= {"norm_weight": hidden, "norm_bias": hidden}
        all_layers = {f"{number}.{name}": count for number in range(self.layers) for name, count in layer.items()}
        project = {"project_weight": hidden * self.embedding, "project_bias": self.embedding} if self.layers else {}
        return self._input_parameters() | all_layers | project | self._decoder_parameters()

    def _input_parameters(self) -> dict[str, int]:
        parameters = {"type_vectors": self.types * self.hidden} if self.has_type_vectors else {}
        return parameters | ({"feature_weight": self.types * self.features * self.hidden} if self.features else {})

    def _decoder_parameters(self) -> dict[str, int]:
        weights = self.triplets * self.embedding
        offset = {"offset": 2 * weights}
        match self.decoder:
            case "dot":
                return {}
            case "distmult":
                return {"weight": weights} | offset
            case "complex":
                return {"real": weights // 2, "imaginary": weights // 2} | offset
            case "rotate":
                return {"angle": weights // 2, "margin": 1} | offset
