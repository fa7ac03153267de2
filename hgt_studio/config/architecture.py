"""The shape of the model."""

from typing import Literal

from pydantic import model_validator

from hgt_studio.config.field import Section, setting

EncoderName = Literal["hgt", "none"]
DecoderName = Literal["dot", "distmult", "complex", "rotate"]
DecoderChoice = Literal["auto", DecoderName]


class ArchitectureConfig(Section):
    """Heterogeneous Graph Transformer (Hu et al. 2020) over learned node embeddings; or either of the two alone."""

    encoder: EncoderName = setting(
        "hgt",
        "Encoder",
        "hgt: Heterogeneous Graph Transformer; none: the node embeddings themselves are judged and exported, without "
        "layers and neighbours, as in knowledge-graph embedding models",
    )
    node_embeddings: bool = setting(
        True,
        "Node embeddings",
        "learn a vector for each node; without, nodes start from their features, or from one for each node type",
    )
    structural_features: bool = setting(
        False,
        "Structural features",
        "start from a node's degree by relation and random projections of its neighbourhood, beside its embedding",
    )
    name_features: bool = setting(
        False, "Name features", "start from words and letters of a node's name, hashed into 128 numbers"
    )
    features_file: str | None = setting(
        None,
        "Features file",
        "start from a table (Parquet or CSV) with a column 'id' or 'name', maybe 'type', and columns of numbers",
    )
    embedding_dropout: float = setting(
        0.0,
        "Embedding dropout",
        "share of the nodes of a batch that do without their own embedding in training, as nodes do that training "
        "never saw: better embeddings for those",
        ge=0.0,
        lt=1.0,
        advanced=True,
    )
    embedding_dim: int = setting(512, "Embedding", "numbers of an exported vector", unit="dimensions", ge=2, le=4096)
    hidden_dim: int = setting(256, "Hidden", "width of the layers and of their input", unit="dimensions", ge=2, le=4096)
    num_layers: int = setting(2, "Layers", "number of HGT layers, that is of hops a node sees", ge=1, le=6)
    num_heads: int = setting(8, "Heads", "attention heads per layer; the hidden size must divide by it", ge=1, le=64)
    dropout: float = setting(0.1, "Dropout", "share of values dropped between layers in training", ge=0.0, lt=1.0)
    normalize: bool = setting(True, "Normalise layers", "layer normalisation before every HGT layer", advanced=True)
    embedding_length: float = setting(
        9.6,
        "Embedding length",
        "Euclidean length of every exported vector: longer, training edges are learned more by heart; 7 suits graphs "
        "of many chance edges; 0: lengths are what training makes them",
        ge=0.0,
        le=100.0,
        advanced=True,
    )
    decoder: DecoderChoice = setting(
        "auto",
        "Decoder",
        "how two embeddings and a relation become a score: dot product; DistMult's weighted one; ComplEx, whose "
        "inverse relations differ; rotate: RotatE's turn and distance; auto: rotate, but ComplEx with weights that "
        "suit it for fewer than 250 nodes. ComplEx and DistMult want embedding length 0 and an N3 weight",
    )

    @property
    def input_dim(self) -> int:
        """Width of the encoder's input, that is of the learned node embeddings."""
        return self.hidden_dim if self.encoder == "hgt" else self.embedding_dim

    @property
    def has_complex_embeddings(self) -> bool:
        """Whether the decoder reads embeddings as complex numbers: real parts, then imaginary parts."""
        return self.decoder in ("auto", "complex", "rotate")

    @property
    def chosen_decoder(self) -> DecoderName:
        """The decoder of settings that a graph was seen for (`RunConfig.suited_to`)."""
        assert self.decoder != "auto", "settings have to be suited to a graph first"
        return self.decoder

    @property
    def has_features(self) -> bool:
        """Whether nodes start from features."""
        return self.structural_features or self.name_features or bool(self.features_file)

    @property
    def embeds_new_nodes(self) -> bool:
        """Whether nodes that training never saw have an input that training taught to use."""
        return self.has_features or not self.node_embeddings or (self.encoder == "hgt" and self.embedding_dropout > 0)

    @property
    def num_hops(self) -> int:
        """How far the encoder looks."""
        return self.num_layers if self.encoder == "hgt" else 0

    @model_validator(mode="after")
    def _something_tells_nodes_apart(self) -> "ArchitectureConfig":
        if self.encoder == "none" and not self.node_embeddings and not self.has_features:
            raise ValueError(
                "node_embeddings: without them and with encoder = 'none' all nodes of a type are alike; turn one of "
                "the two on, or features"
            )
        return self

    @model_validator(mode="after")
    def _dimensions_divide(self) -> "ArchitectureConfig":
        if self.hidden_dim % self.num_heads:
            raise ValueError(
                f"hidden_dim: {self.hidden_dim} does not divide by num_heads = {self.num_heads}; "
                f"the nearest that does is {max(1, round(self.hidden_dim / self.num_heads)) * self.num_heads}"
            )
        if self.embedding_dim % 2 and self.has_complex_embeddings:
            raise ValueError(
                f"embedding_dim: {self.embedding_dim} is odd and the decoder '{self.decoder}' needs pairs; "
                f"the nearest even one is {self.embedding_dim + 1}"
            )
        return self
