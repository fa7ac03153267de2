"""The main job from end to end: graph file -> trained, judged, exported embeddings; and its parts on a finished run.

Everything the command line, the library functions and the app do with a run goes through here.
"""

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from hgt_studio.config import DataConfig, ExportConfig, RunConfig
from hgt_studio.device.base import Device
from hgt_studio.device.environment import prepare_environment
from hgt_studio.device.monitor import MemoryMonitor
from hgt_studio.device.ownership import claim_device
from hgt_studio.device.selection import select_device
from hgt_studio.errors import RunDirectoryError
from hgt_studio.explore.candidates import CandidateRanker
from hgt_studio.export import EmbeddingTable, WrittenFile, build_manifest, write_embeddings, write_manifest
from hgt_studio.graph import load_graph
from hgt_studio.graph.align import align_graph
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.node_features import node_features
from hgt_studio.graph.split import split_graph
from hgt_studio.memory import GraphSizes, estimate_memory, live_budget, verdict
from hgt_studio.model.checkpoint import load_checkpoint, saved_shape
from hgt_studio.model.fold_in import fold_in
from hgt_studio.model.network import HGTNetwork
from hgt_studio.model.node_input import NodeInput
from hgt_studio.training.evaluation import Evaluation
from hgt_studio.training.events import Event, EventHandler, MemoryRead, Notice, PhaseStarted
from hgt_studio.training.judge import Judge
from hgt_studio.training.recovery import retry_with_less, shortage_in_plain_words
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.training.task import TrainingTask, prepare_task
from hgt_studio.training.trainer import Trainer
from hgt_studio.typing import CancelToken, ProgressCallback


def _ignore(_: object) -> None:
    """A listener that does not listen."""


@dataclass
class Listeners:
    """Who is told what: events of the run, progress of loading, embedding and writing; and the token that stops it."""

    on_event: EventHandler = _ignore
    on_progress: ProgressCallback = _ignore
    cancel: CancelToken = field(default_factory=CancelToken)


@dataclass(frozen=True)
class RunResult:
    """What a run came to. `metrics` is the test evaluation as plain values, {} if nothing was held out."""

    directory: Path
    metrics: dict[str, Any]
    seconds: float
    peak_bytes: int
    shapes: int
    files: tuple[WrittenFile, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.metrics, "seconds": round(self.seconds, 3), "peak_bytes": self.peak_bytes, "shapes": self.shapes,
            "directory": str(self.directory),
        }  # fmt: skip


@shortage_in_plain_words()
def train_run(
    graph_path: Path, directory: Path, config: RunConfig, listeners: Listeners | None = None, *, resume: bool = False
) -> RunResult:
    """Train on a graph file into a run directory, judge the result, export `embeddings.parquet`, write the manifest.

    Raises:
        HgtStudioError: one of ours, in one line; what was reached is kept and can be resumed.
    """
    start, listeners = time.monotonic(), listeners or Listeners()
    device = _prepare_device(config)
    run = RunDirectory(directory)

    def on_event(event: Event) -> None:
        run.record(event)
        listeners.on_event(event)

    told = replace(listeners, on_event=on_event)
    on_event(PhaseStarted("load"))
    run.check_free(resume=resume)
    graph = load_graph(graph_path, config.data, progress=listeners.on_progress, cancel=listeners.cancel)
    on_event(PhaseStarted("prepare"))
    task = prepare_task(graph, config, device.torch_device().type)
    if (shortage := _expected_shortage(task, device)) is not None:
        on_event(Notice(shortage))
    with claim_device(), MemoryMonitor(lambda reading: on_event(MemoryRead(reading))) as monitor:
        device.reset_peak()
        trainer = Trainer(task, device, run, on_event, listeners.cancel, monitor)
        if resume:
            trainer.restore()  # before anything is written: a run that does not fit stays as it is
        run.create(config, resume=resume)
        write_manifest(run.manifest_path, {"graph": {"path": str(graph_path.resolve())}, "finished": False})
        evaluation = trainer.run()
        trained_seconds = time.monotonic() - start
        on_event(PhaseStarted("export"))
        vectors = _embed(trainer.network, _message_graph(graph, config), trainer.task.config, device, told)
        peak_bytes = device.memory().peak_bytes
    export = config.export.model_copy(update={"format": "parquet"})
    files = _write(vectors, graph, run.embeddings_path, export, told)
    seconds = time.monotonic() - start
    metrics = evaluation.to_dict("test") if evaluation else {}
    durations = {"train": trained_seconds, "export": seconds - trained_seconds}
    manifest = build_manifest(trainer.task.config, graph, graph_path, files, metrics, durations)
    manifest["graph"]["path"] = str(graph_path.resolve())
    write_manifest(run.manifest_path, manifest | {"finished": True, "peak_bytes": peak_bytes})
    return RunResult(directory, metrics, seconds, peak_bytes, shapes=1 + trainer.halvings, files=files)


@dataclass(frozen=True)
class FinishedRun:
    """A trained network with its graph and settings."""

    config: RunConfig
    graph: KnowledgeGraph
    network: HGTNetwork
    device: Device


@shortage_in_plain_words()
def open_run(
    directory: Path, listeners: Listeners | None = None, *, graph_path: Path | None = None, device: str | None = None
) -> FinishedRun:
    """Load the best (else the last) checkpoint of a run and its graph.

    Raises:
        RunDirectoryError: there is no run here, or it does not fit the graph.
    """
    listeners = listeners or Listeners()
    run = RunDirectory(directory)
    config = run.config()
    if device is not None:
        config = RunConfig.build(
            config.model_dump(mode="json") | {"device": {**config.device.model_dump(), "name": device}}
        )
    place = _prepare_device(config)
    path = graph_path or _graph_path(run)
    graph = load_graph(path, config.data, progress=listeners.on_progress, cancel=listeners.cancel)
    checkpoint = run.best_checkpoint if run.best_checkpoint.exists() else run.last_checkpoint
    sizes = graph.num_nodes, len(graph.node_types), len(graph.triplets)
    _, width = saved_shape(checkpoint, "embedding.features") or (0, 0)
    network = HGTNetwork(config, *sizes, width).to(place.torch_device())
    load_checkpoint(checkpoint, network)
    return FinishedRun(config, graph, network, place)


@shortage_in_plain_words()
def evaluate_run(run: FinishedRun, listeners: Listeners | None = None) -> Evaluation:
    """Judge a trained network on its test edges, as at the end of training.

    Raises:
        TrainingError: no test edges were held out.
    """
    listeners = listeners or Listeners()
    task = prepare_task(run.graph, run.config, run.device.torch_device().type)
    judge = Judge(task, listeners.cancel)
    with claim_device():
        return retry_with_less(
            lambda budget_bytes: judge.evaluate(run.network, "test", budget_bytes),
            run.config.evaluation.memory_budget_mib << 20, run.device, listeners.on_event,
        )  # fmt: skip


@shortage_in_plain_words()
def export_run(
    run: FinishedRun, path: Path, export: ExportConfig, listeners: Listeners | None = None
) -> tuple[WrittenFile, ...]:
    """Embed all nodes of a trained network and write them.

    Raises:
        ExportError, InputError, CancelledError: as `write_embeddings`.
    """
    listeners = listeners or Listeners()
    config = run.config.model_copy(update={"export": export})
    with claim_device():
        vectors = _embed(run.network, _message_graph(run.graph, config), config, run.device, listeners)
    return _write(vectors, run.graph, path, export, listeners)


@shortage_in_plain_words()
def embed_other_graph(
    run: FinishedRun, graph_path: Path, path: Path, export: ExportConfig, listeners: Listeners | None = None
) -> tuple[WrittenFile, ...]:
    """Embed all nodes of another graph over all its edges, also those that training never saw, and write them.

    Nodes are matched by type, id and source. Known ones start from their learned embeddings. New ones start from their
    features, or without their own embedding if training prepared for that; else they lie where their neighbours point.

    Raises:
        InputError: the graph cannot be read, or has nothing in common with that of the run.
        ExportError, CancelledError: as `write_embeddings`.
    """
    listeners, config = listeners or Listeners(), run.config
    data = DataConfig(columns=config.data.columns, add_reverse_edges=config.data.add_reverse_edges)
    graph = load_graph(graph_path, data, progress=listeners.on_progress, cancel=listeners.cancel)
    others = align_graph(graph, run.graph)
    new = others.known < 0
    features = node_features(others.graph, config.architecture, run.network.embedding.scaling())
    told = (*others.notices, *(features.notices if features else ()), f"{new.sum():,} nodes are new to the network")
    for text in told:
        listeners.on_event(Notice(text))
    with claim_device():
        inputs = run.network.embedding.for_other_nodes(others, run.graph.type_ptr, features)
        vectors = _embed(run.network, others.graph, config, run.device, listeners, inputs)
        if not config.architecture.embeds_new_nodes:
            alone = fold_in(vectors, others.graph, run.network.decoder, new, run.device.torch_device())
            if alone:
                listeners.on_event(Notice(f"{alone:,} new nodes have no known neighbour: all of a type are alike"))
    return _write(vectors, others.graph, path, export, listeners)


@shortage_in_plain_words()
def open_ranker(run: FinishedRun, listeners: Listeners | None = None) -> CandidateRanker:
    """Candidates for missing edges by a trained network; embeds all nodes once, then needs no device."""
    with claim_device():
        graph = _message_graph(run.graph, run.config)
        vectors = _embed(run.network, graph, run.config, run.device, listeners or Listeners())
        decoder = run.network.decoder.to("cpu")
    return CandidateRanker(run.graph, vectors, decoder)


def _expected_shortage(task: TrainingTask, device: Device) -> str | None:
    """What to tell before a run that will hardly fit; it starts all the same."""
    memory = device.memory()
    needed_bytes = estimate_memory(task.config, GraphSizes.from_graph(task.graph), device.name, task.shape).needed_bytes
    budget_bytes = live_budget(memory.recommended_bytes, memory.available_bytes)
    if verdict(needed_bytes, budget_bytes) == "safe":
        return None
    return (
        f"the run needs about {needed_bytes / 1e9:.1f} GB of {budget_bytes / 1e9:.1f} GB and may run out of memory; "
        "training anyway; `hgt-studio estimate KG --fit batch_size,num_neighbors` finds settings that fit"
    )


def _message_graph(graph: KnowledgeGraph, config: RunConfig) -> KnowledgeGraph:
    """The edges that the export settings name."""
    if config.export.message_edges == "all":
        return graph
    data = config.data
    return split_graph(graph, data.validation_share, data.test_share, data.split_seed).message_graph


def _embed(
    network: HGTNetwork,
    graph: KnowledgeGraph,
    config: RunConfig,
    device: Device,
    listeners: Listeners,
    inputs: NodeInput | None = None,
) -> torch.Tensor:
    """Embeddings of all nodes over the edges of a graph. shape: (num_nodes, embedding_dim)."""

    def embed(budget_bytes: int) -> torch.Tensor:
        cancel, tell = listeners.cancel, listeners.on_progress
        return network.embed(graph, budget_bytes, inputs=inputs, cancel=cancel, progress=tell)

    return retry_with_less(embed, config.evaluation.memory_budget_mib << 20, device, listeners.on_event)


def _write(
    vectors: torch.Tensor, graph: KnowledgeGraph, path: Path, export: ExportConfig, listeners: Listeners
) -> tuple[WrittenFile, ...]:
    table, tell = EmbeddingTable(vectors.numpy(), graph), listeners.on_progress
    return write_embeddings(table, path, export, progress=tell, cancel=listeners.cancel)


def _prepare_device(config: RunConfig) -> Device:
    environment = prepare_environment(config.device)
    device = select_device(config.device.name)
    device.set_memory_limit(environment.high_watermark)
    if config.device.cpu_threads:
        torch.set_num_threads(config.device.cpu_threads)
    return device


def _graph_path(run: RunDirectory) -> Path:
    try:
        return Path(json.loads(run.manifest_path.read_text(encoding="utf-8"))["graph"]["path"])
    except (OSError, ValueError, KeyError, TypeError):
        raise RunDirectoryError(
            f"{run.manifest_path}: does not say which graph the run was trained on; give it with --graph"
        ) from None
