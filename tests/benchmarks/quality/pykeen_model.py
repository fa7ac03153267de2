"""PyKEEN's TransE, DistMult, ComplEx and RotatE, trained by its own loops and stopped as HGT Studio stops."""

import gc
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from pykeen.losses import loss_resolver
from pykeen.models import ERModel
from pykeen.nn.modules import DistMultInteraction
from pykeen.training import SLCWATrainingLoop, SymmetricLCWATrainingLoop, TrainingCallback
from pykeen.triples import CoreTriplesFactory
from pykeen.utils import complex_normalize
from torch import Tensor
from torch.nn import functional
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

from hgt_studio.config import EvaluationConfig, TrainingConfig
from hgt_studio.device.selection import select_device
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.model.decoder import Decoder
from hgt_studio.training.ranking import rank_edges
from hgt_studio.training.stopping import EarlyStopping
from tests.benchmarks.quality.graphs import StudyGraph
from tests.benchmarks.quality.pykeen_decoders import ProductDecoder, TranslationDecoder
from tests.benchmarks.quality.trained import Deadline, Job, Trained

_EVALUATIONS = 25  # at most so many in the time of a job
_MEMORY_BUDGET_BYTES = 1 << 30


@dataclass(frozen=True)
class PykeenOptions:
    """What is tuned.

    interaction: "transe", "distmult", "complex" or "rotate". p: of transe's norm; PyKEEN's RotatE has the second.
    loss, loss_options: PyKEEN's names. negatives: per edge, half of them heads, half tails; 0: all nodes (1vsAll).
    typed: negatives are nodes seen at that end of the relation. dropout: of the embeddings, not of complex numbers.
    n3: weight of the third power of the embeddings (Lacroix et al. 2018).
    """

    interaction: str
    loss: str = "crossentropy"
    learning_rate: float = 0.001
    batch_size: int = 1024
    negatives: int = 0
    typed: bool = False
    dropout: float = 0.0
    n3: float = 0.0
    label_smoothing: float = 0.0
    p: float = 1.0
    loss_options: dict[str, Any] | None = None

    @property
    def is_complex(self) -> bool:
        return self.interaction in ("complex", "rotate")


def train(job: Job, study: StudyGraph) -> Trained:
    """Train until the validation MRR no longer rises, with HGT Studio's patience; the best state counts."""
    options = PykeenOptions(**job.options)
    device, deadline = select_device(job.device), Deadline(job.seconds)  # type: ignore[arg-type]
    device.reset_peak()
    torch.manual_seed(job.seed)
    triples = _triples(study.split.message_graph)
    model = _make_model(options, triples, job).to(device.torch_device())
    watch = _Watch(options, study, deadline, job.seconds / _EVALUATIONS)
    loop, setup_seconds = _make_loop(options, model, triples), deadline.elapsed_seconds
    gc.freeze()  # PyKEEN collects garbage after every epoch, which takes long where many modules are loaded
    loop.train(
        triples, num_epochs=100_000, batch_size=options.batch_size, label_smoothing=options.label_smoothing,
        callbacks=watch, use_tqdm=False, pin_memory=False,
    )  # fmt: skip
    return Trained(
        watch.best_vectors, watch.best_decoder, deadline.elapsed_seconds - setup_seconds,
        device.memory().peak_bytes, loop._epoch,
    )  # fmt: skip


def _triples(graph: KnowledgeGraph) -> CoreTriplesFactory:
    """Every training edge in both directions. Both are there already: each triplet of the graph has its reverse."""
    edges = graph.edges()
    columns = np.stack([edges.source, edges.triplet, edges.destination], axis=1).astype(np.int64)
    return CoreTriplesFactory(torch.from_numpy(columns), graph.num_nodes, len(graph.triplets))


class _ProductInteraction(DistMultInteraction):  # type: ignore[misc]
    """The same score as a matrix product, which needs far less memory than PyKEEN's broadcast one."""

    def forward(self, h: Tensor, r: Tensor, t: Tensor) -> Tensor:
        return torch.einsum("...d,...d->...", h * r, t)


def _make_model(options: PykeenOptions, triples: CoreTriplesFactory, job: Job) -> ERModel:
    """With PyKEEN's defaults but for the constraints and regularisers that its DistMult and TransE keep from 2015."""
    rows: dict[str, Any] = {"shape": job.dim // 2 if options.is_complex else job.dim, "initializer": "xavier_uniform"}
    if options.is_complex:
        rows["dtype"] = torch.cfloat
    if options.n3:
        rows |= {"regularizer": "powersum", "regularizer_kwargs": {"weight": options.n3, "p": 3.0, "normalize": False}}
    rotation = {"initializer": "init_phases", "constrainer": complex_normalize}
    return ERModel(
        triples_factory=triples,
        interaction=_ProductInteraction if options.interaction == "distmult" else options.interaction,
        interaction_kwargs={"p": options.p} if options.interaction == "transe" else None,
        entity_representations_kwargs=rows | {"dropout": options.dropout or None},
        relation_representations_kwargs=rows | (rotation if options.interaction == "rotate" else {}),
        loss=loss_resolver.make(options.loss, options.loss_options),
        random_seed=job.seed,
    )


class _OneVersusAllLoop(SymmetricLCWATrainingLoop):  # type: ignore[misc]
    """Softmax over all nodes (Lacroix et al. 2018), asking for tails alone, since every edge is there in reverse too.

    Its loader takes a batch at once, not triple by triple.
    """

    def _create_training_data_loader(
        self, triples_factory: CoreTriplesFactory, *, batch_size: int, **_: object
    ) -> DataLoader[tuple[Tensor, ...]]:
        dataset = TensorDataset(triples_factory.mapped_triples)
        batches = BatchSampler(RandomSampler(dataset), batch_size, drop_last=False)
        return DataLoader(dataset, sampler=batches, batch_size=None)

    def _process_batch(
        self, batch: tuple[Tensor], start: int, stop: int, label_smoothing: float = 0.0, slice_size: int | None = None
    ) -> Tensor:
        triples, num_nodes = batch[0][start:stop].to(self.model.device), self.model.num_entities
        loss: Tensor = self.loss.process_lcwa_scores(
            predictions=self.model.score_t(triples[:, :2]),
            labels=functional.one_hot(triples[:, 2], num_nodes).float(),
            label_smoothing=label_smoothing,
            num_entities=num_nodes,
        )
        return loss + self.model.collect_regularization_term()


def _make_loop(
    options: PykeenOptions, model: ERModel, triples: CoreTriplesFactory
) -> SLCWATrainingLoop | SymmetricLCWATrainingLoop:
    common: dict[str, Any] = {
        "model": model, "triples_factory": triples, "automatic_memory_optimization": False,
        "optimizer": "adam", "optimizer_kwargs": {"lr": options.learning_rate},
    }  # fmt: skip
    if not options.negatives:
        return _OneVersusAllLoop(**common)
    return SLCWATrainingLoop(
        **common,
        negative_sampler="pseudotyped" if options.typed else "basic",
        negative_sampler_kwargs={"num_negs_per_pos": options.negatives},
    )


class _Watch(TrainingCallback):  # type: ignore[misc]
    """Asks the questions that HGT Studio asks while it trains, keeps the best state, stops the loop."""

    def __init__(self, options: PykeenOptions, study: StudyGraph, deadline: Deadline, seconds_between: float) -> None:
        super().__init__()
        self.best_vectors: Tensor
        self.best_decoder: Decoder
        self._options, self._deadline, self._seconds_between = options, deadline, seconds_between
        self._questions = study.questions("validation", EvaluationConfig().max_edges_per_relation)
        graph = study.graph
        self._answer_relation = torch.tensor([*range(len(graph.triplets)), *graph.reverse.tolist()])
        self._stopping, self._next_seconds = EarlyStopping(TrainingConfig().patience), 0.0

    def post_epoch(self, epoch: int, epoch_loss: float, **_: object) -> None:
        elapsed = self._deadline.elapsed_seconds
        if elapsed < self._next_seconds and not self._deadline.passed:
            return
        self._next_seconds = elapsed + self._seconds_between
        vectors, decoder = export(self.model, self._options, self._answer_relation)
        ranking = rank_edges(vectors, decoder, self._questions, memory_budget_bytes=_MEMORY_BUDGET_BYTES)
        self._stopping = self._stopping.after(float((1 / ranking.rank).mean()))
        if self._stopping.improved:
            self.best_vectors, self.best_decoder = vectors, decoder
        self.training_loop._should_stop = self._stopping.should_stop or self._deadline.passed


@torch.no_grad()
def export(model: ERModel, options: PykeenOptions, answer_relation: Tensor) -> tuple[Tensor, Decoder]:
    """A copy of the embeddings as real numbers, (num_nodes, dim), and the decoder that scores them as the model does.

    answer_relation: see `TranslationDecoder`.
    """
    model.eval()
    vectors, relation = (_as_real(rows[0]()) for rows in (model.entity_representations, model.relation_representations))
    answer_relation = answer_relation.to(vectors.device)
    if options.interaction == "transe":
        return vectors, TranslationDecoder(relation, answer_relation, options.p, rotates=False)
    if options.interaction == "rotate":
        return vectors, TranslationDecoder(relation, answer_relation, 2.0, rotates=True)
    return vectors, ProductDecoder(relation, answer_relation, is_complex=options.is_complex)


def _as_real(rows: Tensor) -> Tensor:
    return torch.cat([rows.real, rows.imag], dim=1) if rows.is_complex() else rows.clone()
