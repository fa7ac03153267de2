"""From a batch to its losses: the questions asked, padding that must not matter, shapes that must not change."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.split import facts
from hgt_studio.model.decoders.complex import ComplExDecoder
from hgt_studio.model.decoders.distmult import DistMultDecoder
from hgt_studio.model.decoders.dot import DotDecoder
from hgt_studio.model.decoders.rotate import RotatEDecoder
from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.model.losses import link_loss, uniformity
from hgt_studio.model.network import HGTNetwork
from hgt_studio.sampling.shape import BatchShape
from hgt_studio.sampling.supervision import COUNT_UNITS
from hgt_studio.training.optimiser import clear_gradients
from hgt_studio.training.task import TrainingTask
from tests.helpers.batches import small_task, used_rows
from tests.helpers.lively import with_lively_layers

CPU, META = torch.device("cpu"), torch.device("meta")
VARIANTS = {
    "default": (),
    "dot": ("architecture.decoder=dot",),
    "distmult": ("architecture.decoder=distmult", "training.label_smoothing=0.1", "training.n3_weight=0.03"),
    "complex": ("architecture.decoder=complex", "architecture.embedding_length=0", "training.n3_weight=0.03"),
    "self-adversarial": ("training.link_loss=self_adversarial",),
    "binary cross-entropy": ("training.link_loss=binary_cross_entropy",),
    "link loss alone": ("training.relation_weight=0", "training.uniformity_weight=0"),
    "one layer": ("architecture.num_layers=1", "sampling.num_neighbors=[4]"),
    "three layers": ("architecture.num_layers=3", "sampling.num_neighbors=[4, 3, 2]"),
    "no contrastive loss": ("training.contrastive_weight=0.0",),
    "budget sampler": ("sampling.sampler=budget", "sampling.num_samples=[8, 4]"),
    "no encoder": ("architecture.encoder=none",),
    "no node embeddings": ("architecture.node_embeddings=false",),
    "features": ("architecture.structural_features=true", "architecture.embedding_dropout=0.2"),
    "features alone": ("architecture.name_features=true", "architecture.node_embeddings=false"),
    "negatives unfiltered": ("sampling.filter_negatives=false", "sampling.fan_out_rule=per_relation"),
}  # fmt: skip


def make_network(task: TrainingTask) -> HGTNetwork:
    """A network without dropout whose decoder does not start at its symmetric values."""
    torch.manual_seed(0)
    network = with_lively_layers(HGTNetwork.for_graph(task.config, task.graph, task.node_features())).eval()
    for parameter in network.decoder.parameters():
        torch.nn.init.normal_(parameter)
    return network


def loss_and_gradients(network: HGTNetwork, task: TrainingTask, shape: BatchShape, ids: Tensor | None = None) -> Tensor:
    """The total loss of batch 0 and all gradients, end to end in one vector. ids: to use as the ids of all rows."""
    batch = task.maker.make(0, shape)
    assert batch.usage.dropped_edges == 0
    on_device = batch.to(CPU)
    network.zero_grad()
    loss = network(on_device if ids is None else replace(on_device, node_ids=ids)).total
    loss.backward()
    gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in network.parameters()]
    return torch.cat([part.detach().flatten() for part in (loss, *gradients)])


def n3(
    network: HGTNetwork, seeds: Tensor, weight: Tensor, source: Tensor, triplet: Tensor, destination: Tensor
) -> float:
    """Third powers of both ends and of the weights of the relation, edge by edge."""
    decoder, parts = network.decoder, [seeds[source], seeds[destination]]
    if isinstance(decoder, ComplExDecoder):
        parts.append(torch.cat([decoder.real, decoder.imaginary], 1)[triplet].detach())
    if isinstance(decoder, DistMultDecoder):
        parts.append(decoder.weight[triplet].detach())
    if isinstance(decoder, ComplExDecoder | RotatEDecoder):
        parts = [torch.complex(*part.chunk(2, 1)) for part in parts]
    powers = torch.stack([part.abs().pow(3).sum(1) for part in parts]).sum(0)
    return float((weight * powers).sum() / weight.sum())


def relation(network: HGTNetwork, graph: KnowledgeGraph, seeds: Tensor, weight: Tensor, *edges: Tensor) -> float:
    """Cross-entropy of the true triplet among those that join such nodes, edge by edge."""
    decoder, losses = network.decoder, []
    if isinstance(decoder, DotDecoder):
        return 0.0
    kept_ones = set(facts(graph).triplet.tolist())
    for source, triplet, destination in zip(*edges, strict=True):
        first, _, last = graph.triplets[triplet]
        rivals = [t for t, (a, _, b) in enumerate(graph.triplets) if (a, b) == (first, last) and t in kept_ones]
        queries = decoder.query(seeds[source].expand(len(rivals), -1), torch.tensor(rivals))
        scores = decoder.score(queries, seeds[destination].unsqueeze(0)).detach().flatten()
        losses.append(float(scores.logsumexp(0) - scores[rivals.index(int(triplet))]))
    return float(np.average(losses, weights=weight.numpy()))


@pytest.mark.parametrize("variant", VARIANTS)
def test_losses_are_those_of_the_questions(variant: str) -> None:
    """The destination is asked for given the source and the reverse, each against the candidates of its mask."""
    task = small_task(*VARIANTS[variant])
    network, training = make_network(task), task.config.training
    batch = task.maker.make(0, task.shape).to(CPU)
    with torch.no_grad():
        losses = network(batch)
        seeds = network.encoder(network.embedding(batch), batch)
    link = []
    asked = int((batch.positive_weight > 0).sum())
    assert asked > task.maker._supervision.shares.positives
    for i, (source, triplet, destination) in enumerate(
        zip(
            batch.positive_source[:asked],
            batch.positive_triplet[:asked],
            batch.positive_destination[:asked],
            strict=True,
        )
    ):
        reverse = triplet + len(task.graph.triplets)
        for known, question, answer, mask in (
            (source, triplet, destination, batch.destination_candidates),
            (destination, reverse, source, batch.source_candidates),
        ):
            query = network.decoder.query(seeds[known].unsqueeze(0), question.unsqueeze(0))
            scores = network.decoder.score(query, seeds).detach()
            log_count = (batch.seed_count.double() / COUNT_UNITS).log().float()
            one = torch.ones(1)
            link.append(float(link_loss(training, scores, answer.view(1), mask[i : i + 1], log_count, one)))
    weights = batch.positive_weight[:asked].repeat_interleave(2).numpy()
    assert float(losses.link) == pytest.approx(np.average(link, weights=weights), rel=1e-4)
    has_pairs = training.contrastive_weight > 0
    weight = training.contrastive_weight if has_pairs else 0.0
    assert (float(losses.contrastive) > 0) == has_pairs
    edges = batch.positive_weight, batch.positive_source, batch.positive_triplet, batch.positive_destination
    edges = tuple(part[:asked] for part in edges)
    link_and_space = float(losses.link) + training.n3_weight * n3(network, seeds, *edges)
    link_and_space += training.relation_weight * relation(network, task.graph, seeds, *edges)
    if training.uniformity_weight:
        asked = (batch.source_candidates | batch.destination_candidates).any(0)
        link_and_space += training.uniformity_weight * float(uniformity(seeds, asked))
    expected = (1 - weight) * link_and_space + weight * float(losses.contrastive)
    assert float(losses.total) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_parameter_learns(variant: str) -> None:
    """Every tensor of weights gets a finite gradient that is not all zero."""
    task = small_task(*VARIANTS[variant])
    network = make_network(task)
    network(task.maker.make(0, task.shape).to(CPU)).total.backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert bool(torch.isfinite(parameter.grad).all()), name
        if name != "decoder.margin" or task.config.training.link_loss != "sampled_softmax":  # which does not heed it
            assert bool((parameter.grad != 0).any()), name


@pytest.fixture(params=[nullcontext, tiles_on_every_device], ids=["slices", "tiles"])
def both_ways(request: pytest.FixtureRequest) -> Iterator[None]:
    with request.param():
        yield


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("variant", ["default", "three layers", "budget sampler"])
def test_ids_of_padded_rows_do_not_matter(variant: str) -> None:
    task = small_task(*VARIANTS[variant])
    network = make_network(task)
    padded = ~used_rows(task, 0, task.shape)
    assert padded.sum() > 20
    ids = task.maker.make(0, task.shape).to(CPU).node_ids
    other = torch.where(padded, torch.randint_like(ids, task.graph.num_nodes), ids)
    expected = loss_and_gradients(network, task, task.shape)
    torch.testing.assert_close(loss_and_gradients(network, task, task.shape, other), expected, rtol=0, atol=1e-6)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize(
    "variant", ["default", "three layers", "budget sampler", "no encoder", "no node embeddings", "features"]
)
def test_a_roomier_shape_changes_nothing(variant: str) -> None:
    task = small_task(*VARIANTS[variant])
    network, shape = make_network(task), task.shape
    roomy = replace(
        shape,
        nodes=tuple(n + 5 * (hop + 1) * shape.node_tile for hop, n in enumerate(shape.nodes)),
        segments=tuple(n + 3 * (block + 1) * shape.segment_tile for block, n in enumerate(shape.segments)),
        edges=tuple(n + 100 * (block + 1) for block, n in enumerate(shape.edges)),
    )
    expected = loss_and_gradients(network, task, shape)
    torch.testing.assert_close(loss_and_gradients(network, task, roomy), expected, rtol=1e-5, atol=1e-6)


class Recorder(TorchDispatchMode):
    """Every operation and the shapes of its results."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, list[torch.Size]]] = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        result = function(*args, **(kwargs or {}))
        tensors = result if isinstance(result, tuple | list) else [result]
        self.calls.append((str(function), [tensor.shape for tensor in tensors if isinstance(tensor, Tensor)]))
        return result


@pytest.mark.parametrize("variant", ["default", "budget sampler", "no encoder", "no node embeddings", "features"])
def test_all_batches_run_the_same_operations_on_the_same_shapes(variant: str) -> None:
    """On accelerators. The meta device stands in for one: it takes the same path, and any look at a value fails."""
    task = small_task(*VARIANTS[variant], device_type="mps")
    network = HGTNetwork.for_graph(task.config, task.graph, task.node_features()).to(META)
    network(task.maker.make(0, task.shape).to(META)).total.backward()  # makes the table's gradient buffer
    runs = []
    for index in (0, 1, 17):
        clear_gradients(network)
        batch = task.maker.make(index, task.shape)
        with Recorder() as recorder:
            network(batch.to(META)).total.backward()
        runs.append(recorder.calls)
    assert len(runs[0]) > 50
    assert runs[0] == runs[1] == runs[2]
