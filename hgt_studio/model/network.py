"""The whole model: node embeddings, encoder, decoder; from a batch to its losses."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from hgt_studio.config import RunConfig
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.node_features import NodeFeatures
from hgt_studio.graph.split import has_facts
from hgt_studio.model.decoder import make_decoder
from hgt_studio.model.decoders.dot import DotDecoder
from hgt_studio.model.encoder import DirectEncoder, make_encoder
from hgt_studio.model.inference import embed_all_nodes
from hgt_studio.model.losses import info_nce, link_loss, relation_loss, third_powers, uniformity
from hgt_studio.model.node_input import NodeInput
from hgt_studio.sampling.batch import DeviceBatch
from hgt_studio.sampling.supervision import COUNT_UNITS
from hgt_studio.typing import CancelToken, ProgressCallback


@dataclass(frozen=True)
class Losses:
    """Scalars on the device: `total` = (1 - w) (link + r relation + n N3 + u uniformity) + w contrastive, and parts."""

    total: Tensor
    link: Tensor
    contrastive: Tensor


class HGTNetwork(nn.Module):
    """Node input, encoder and decoder, built from a configuration and the sizes of a graph."""

    rivals: Tensor

    def __init__(
        self, config: RunConfig, num_nodes: int, num_types: int, num_triplets: int, feature_width: int = 0
    ) -> None:
        super().__init__()
        config = config.suited_to(num_nodes)
        architecture = config.architecture
        self._training_config, self._num_triplets = config.training, num_triplets
        self._is_complex = architecture.has_complex_embeddings
        self.embedding = NodeInput(architecture, num_nodes, num_types, feature_width)
        self.encoder = make_encoder(architecture, num_types, num_triplets)
        self.decoder = make_decoder(architecture.chosen_decoder, num_triplets, architecture.embedding_dim)
        self.register_buffer("rivals", torch.eye(num_triplets, dtype=torch.bool), persistent=False)

    @classmethod
    def for_graph(cls, config: RunConfig, graph: KnowledgeGraph, features: NodeFeatures | None = None) -> "HGTNetwork":
        """A network of the right sizes. features: those that the settings ask for (`node_features`)."""
        width = features.values.shape[1] if features else 0
        network = cls(config, graph.num_nodes, len(graph.node_types), len(graph.triplets), width)
        network.rivals.copy_(torch.from_numpy(_rivals(graph)))
        if features:
            network.embedding.set_features(features)
        return network

    def forward(self, batch: DeviceBatch) -> Losses:
        """The losses of a batch, as means over its supervision edges (both ends) and its pairs."""
        seeds: Tensor = self.encoder(self.embedding(batch), batch)
        settings = self._training_config
        candidates = torch.cat([batch.destination_candidates, batch.source_candidates])
        weight = batch.positive_weight / batch.positive_weight.sum()
        known = seeds.index_select(0, torch.cat([batch.positive_source, batch.positive_destination]))
        total = link = self._link_loss(known, seeds, batch, candidates, weight)
        if settings.relation_weight and not isinstance(self.decoder, DotDecoder):
            scores = self.decoder.score_relations(*known.chunk(2))
            relation = relation_loss(scores, batch.positive_triplet, self.rivals, weight)
            total = total + settings.relation_weight * relation
        if settings.n3_weight:
            total = total + settings.n3_weight * self._n3(seeds, batch, weight)
        if settings.uniformity_weight:
            total = total + settings.uniformity_weight * uniformity(seeds, candidates.any(0))
        if batch.shape.pairs == 0:
            return Losses(total, link.detach(), torch.zeros_like(link))
        ends = seeds.index_select(0, torch.cat([batch.pair_first, batch.pair_second]))
        contrastive = info_nce(ends, batch.pair_candidates, settings.temperature)
        total = torch.lerp(total, contrastive, settings.contrastive_weight)
        return Losses(total, link.detach(), contrastive.detach())

    @torch.no_grad()
    def embed(
        self,
        graph: KnowledgeGraph,
        budget_bytes: int,
        *,
        inputs: NodeInput | None = None,
        cancel: CancelToken | None = None,
        progress: ProgressCallback | None = None,
    ) -> Tensor:
        """Embeddings of all nodes, over all edges of a graph. Returns float32 (num_nodes, embedding_dim) on the host.

        budget_bytes: device memory beside the model. inputs: of the graph's nodes, where it is not that of training.
        """
        x = (inputs or self.embedding).of_all_nodes(graph.type_ptr)
        if isinstance(self.encoder, DirectEncoder):
            return self.encoder.output_(x.to("cpu", copy=True))
        return embed_all_nodes(self.encoder, x, graph, budget_bytes, cancel=cancel, progress=progress)

    def _link_loss(
        self, known: Tensor, seeds: Tensor, batch: DeviceBatch, candidates: Tensor, weight: Tensor
    ) -> Tensor:
        """Both ends of every supervision edge are asked for, in one batch of questions. known: the ends given."""
        questions = torch.cat([batch.positive_triplet, batch.positive_triplet + self._num_triplets])
        answers = torch.cat([batch.positive_destination, batch.positive_source])
        known = functional.dropout(known, self._training_config.query_dropout, self.training)
        scores = self.decoder.score(self.decoder.query(known, questions), seeds)
        log_count = (batch.seed_count / COUNT_UNITS).log()
        return link_loss(self._training_config, scores, answers, candidates, log_count, weight.repeat(2) / 2)

    def _n3(self, seeds: Tensor, batch: DeviceBatch, weight: Tensor) -> Tensor:
        """N3 of the supervision edges, on the mean by weight: both ends, and the relation where it has a weight."""
        of_seed = weight.new_zeros(seeds.size(0))
        of_seed.index_add_(0, batch.positive_source, weight).index_add_(0, batch.positive_destination, weight)
        powers = (third_powers(seeds, self._is_complex) * of_seed).sum()
        relations = self.decoder.relations()
        if relations is not None:
            of_triplet = weight.new_zeros(self._num_triplets).index_add_(0, batch.positive_triplet, weight)
            powers = powers + (third_powers(relations, self._is_complex) * of_triplet).sum()
        return powers


def _rivals(graph: KnowledgeGraph) -> npt.NDArray[np.bool_]:
    """Which triplets a fact of each could be of, by its node types. shape: (num_triplets, num_triplets)."""
    types = graph.triplet_types
    rivals: npt.NDArray[np.bool_] = (types[:, None] == types).all(2) & has_facts(graph)
    return rivals | np.eye(len(types), dtype=np.bool_)
