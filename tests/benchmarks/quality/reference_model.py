"""The recipe in circulation, re-created with PyTorch Geometric: what HGT Studio is to replace.

Every node has the same feature (ones), the edges scored are those that messages pass over, the score is a dot product,
the loss (1 - w) x binary cross-entropy + w x contrastive. Trained on the whole graph at once, for as many optimiser
steps as its 100 epochs of batches of 512 with accumulation 4 have; so small graphs only.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.nn import HGTConv

from hgt_studio.config import RunConfig
from hgt_studio.config.presets import find_preset
from hgt_studio.device.selection import select_device
from hgt_studio.errors import InputError
from hgt_studio.graph.hetero import to_hetero_data
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.similarity import jaccard_pairs
from hgt_studio.model.decoders.dot import DotDecoder
from tests.benchmarks.quality.graphs import StudyGraph
from tests.benchmarks.quality.trained import Deadline, Job, Trained

_PAIRS_PER_STEP = 1024
_POSITIVES_PER_STEP = 65_536


class _Reference(nn.Module):
    """HGTConv layers over ones, and a linear layer. Returns (num_nodes, dim)."""

    def __init__(self, graph: KnowledgeGraph, dim: int) -> None:
        super().__init__()
        data, architecture = to_hetero_data(graph), RunConfig().architecture
        hidden = architecture.hidden_dim
        self._ones = {name: torch.ones(count, hidden) for name, count in graph.counts_by_type().items()}
        self._edges = data.edge_index_dict
        metadata = (list(graph.node_types), list(data.edge_types))
        self.layers = nn.ModuleList(
            HGTConv(hidden, hidden, metadata, architecture.num_heads) for _ in range(architecture.num_layers)
        )
        self.out = nn.Linear(hidden, dim)

    def forward(self, device: torch.device) -> Tensor:
        x = {name: ones.to(device) for name, ones in self._ones.items()}
        edges = {triplet: edge_index.to(device) for triplet, edge_index in self._edges.items()}
        for layer in self.layers:
            x = {name: rows.relu() for name, rows in layer(x, edges).items()}
        return self.out(torch.cat(list(x.values())))


def train(job: Job, study: StudyGraph) -> Trained:
    """All steps, or as many as the time allows; there is no validation."""
    device, deadline = select_device(job.device), Deadline(job.seconds)  # type: ignore[arg-type]
    place = device.torch_device()
    device.reset_peak()
    torch.manual_seed(job.seed)
    config, graph = find_preset("Reference").config, study.split.message_graph
    settings = config.training
    model = _Reference(graph, job.dim).to(place)
    optimiser = torch.optim.Adam(model.parameters(), settings.learning_rate)
    edges = graph.edges()
    ends = [torch.from_numpy(end.astype("int64")).to(place) for end in (edges.source, edges.destination)]
    pairs = _pairs(graph, config).to(place)
    batch_nodes = config.sampling.batch_size * settings.gradient_accumulation_steps
    num_steps = settings.num_epochs * -(-graph.num_nodes // batch_nodes)
    step = 0
    while step < num_steps and not deadline.passed:
        vectors = model(place)
        link = _link_loss(vectors, ends)
        loss = link
        if len(pairs):
            loss = torch.lerp(
                link, _contrastive_loss(vectors, pairs, settings.temperature), settings.contrastive_weight
            )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
    with torch.no_grad():
        vectors = model.eval()(place)
    return Trained(vectors, DotDecoder(), deadline.elapsed_seconds, device.memory().peak_bytes, step)


def _link_loss(vectors: Tensor, ends: list[Tensor]) -> Tensor:
    """Binary cross-entropy of edges and as many random pairs of nodes."""
    chosen = torch.randint(len(ends[0]), (_POSITIVES_PER_STEP,), device=vectors.device)
    source, destination = (end[chosen] for end in ends)
    random = torch.randint(len(vectors), (2, _POSITIVES_PER_STEP), device=vectors.device)
    positive = (vectors[source] * vectors[destination]).sum(1)
    negative = (vectors[random[0]] * vectors[random[1]]).sum(1)
    return (functional.softplus(-positive).mean() + functional.softplus(negative).mean()) / 2


def _contrastive_loss(vectors: Tensor, pairs: Tensor, temperature: float) -> Tensor:
    """InfoNCE with cosine similarity: the second of a pair among the seconds of all pairs of the step."""
    chosen = pairs[torch.randint(len(pairs), (min(_PAIRS_PER_STEP, len(pairs)),), device=vectors.device)]
    first, second = (functional.normalize(vectors[chosen[:, side]], dim=1) for side in (0, 1))
    similarity = first @ second.t() / temperature
    return functional.cross_entropy(similarity, torch.arange(len(chosen), device=vectors.device))


def _pairs(graph: KnowledgeGraph, config: RunConfig) -> Tensor:
    """Similar diseases, int64 (num_pairs, 2); none where the graph has no diseases."""
    settings = config.training
    try:
        found = jaccard_pairs(
            graph, settings.contrastive_node_type, settings.contrastive_relation, settings.similarity_threshold
        )
    except InputError:
        return torch.empty(0, 2, dtype=torch.int64)
    return torch.from_numpy(found.pairs.astype("int64"))
