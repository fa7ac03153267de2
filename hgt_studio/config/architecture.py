"""The shape of the model."""

from typing import Literal

from pydantic import model_validator

from hgt_studio.config.field import Section, setting

DecoderName = Literal["dot", "distmult", "complex", "rotate"]


class ArchitectureConfig(Section):
    """Heterogeneous Graph Transformer (Hu et al. 2020) over learned node embeddings."""

    embedding_dim: int = setting(512, "Embedding", "length of the exported vectors", unit="dimensions", ge=2, le=4096)
    hidden_dim: int = setting(
        256, "Hidden", "width of the layers and of the learned node embeddings", unit="dimensions", ge=2, le=4096
    )
    num_layers: int = setting(2, "Layers", "number of HGT layers, that is of hops a node sees", ge=1, le=6)
    num_heads: int = setting(8, "Heads", "attention heads per layer; the hidden size must divide by it", ge=1, le=64)
    dropout: float = setting(0.1, "Dropout", "share of values dropped between layers in training", ge=0.0, lt=1.0)
    normalize: bool = setting(True, "Normalise layers", "layer normalisation before every HGT layer", advanced=True)
    decoder: DecoderName = setting(
        "distmult",
        "Decoder",
        "how two embeddings and a relation become a score: dot product; DistMult's weighted one; ComplEx, whose "
        "inverse relations differ; rotate: RotatE's turn and distance",
    )

    @model_validator(mode="after")
    def _dimensions_divide(self) -> "ArchitectureConfig":
        if self.hidden_dim % self.num_heads:
            raise ValueError(
                f"hidden_dim: {self.hidden_dim} does not divide by num_heads = {self.num_heads}; "
                f"the nearest that does is {max(1, round(self.hidden_dim / self.num_heads)) * self.num_heads}"
            )
        if self.embedding_dim % 2 and self.decoder in ("complex", "rotate"):
            raise ValueError(
                f"embedding_dim: {self.embedding_dim} is odd and the decoder '{self.decoder}' needs pairs; "
                f"the nearest even one is {self.embedding_dim + 1}"
            )
        return self
