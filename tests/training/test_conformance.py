"""Whole runs as the MPS device would see them: a kernel for all, nothing it cannot take, few shapes, one thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils import _foreach_utils

from hgt_studio.config import RunConfig
from hgt_studio.device.audit import DeviceAudit, Signature
from hgt_studio.device.cpu import CpuDevice
from hgt_studio.device.monitor import MemoryMonitor, MemoryReading
from hgt_studio.device.ownership import claim_device
from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.sampling.batch import Batch
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.training.events import EventHandler
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.training.task import prepare_task
from hgt_studio.training.trainer import Trainer
from hgt_studio.typing import CancelToken
from tests.helpers.batches import small_config, small_graph
from tests.helpers.injection import MPS_TEXT, OutOfMemoryInjector

CONFIGURATIONS = {
    "default": (),
    "dot": ("architecture.decoder=dot",),
    "distmult": ("architecture.decoder=distmult", "training.label_smoothing=0.1"),
    "complex": ("architecture.decoder=complex", "architecture.embedding_length=0", "training.n3_weight=0.03"),
    "self-adversarial": ("training.link_loss=self_adversarial",),
    "binary cross-entropy": ("training.link_loss=binary_cross_entropy",),
    "link loss alone": ("training.uniformity_weight=0", "training.relation_weight=0", "sampling.edge_dropout=0.2"),
    "no contrastive loss": ("training.contrastive_weight=0",),
    "budget sampler": ("sampling.sampler=budget", "sampling.num_samples=[16, 12]"),
    "no normalisation": ("architecture.normalize=false", "architecture.dropout=0"),
    "three layers": ("architecture.num_layers=3", "sampling.num_neighbors=[3, 2, 2]"),
    "no encoder": ("architecture.encoder=none",),
    "no node embeddings": ("architecture.node_embeddings=false",),
    "features": ("architecture.structural_features=true", "architecture.embedding_dropout=0.2"),
    "per relation": ("sampling.fan_out_rule=per_relation", "training.weight_decay=0.1", "training.clip_norm=0"),
}

FORMS = {"as on MPS": {"scatter_reduce_.two", "bmm"}, "as on the CPU": {"mm"}}  # with operations of its own


@contextmanager
def _as_on_mps() -> Iterator[None]:
    """The paths that the package and torch take on MPS: tiles instead of slices, no multi-tensor kernels."""
    supports = _foreach_utils._device_has_foreach_support
    _foreach_utils._device_has_foreach_support = lambda device: False
    try:
        with tiles_on_every_device():
            yield
    finally:
        _foreach_utils._device_has_foreach_support = supports


def _trainer(folder: Path, config: RunConfig, on_event: EventHandler = lambda event: None) -> Trainer:
    directory = RunDirectory(folder)
    directory.create(config, resume=False)
    return Trainer(prepare_task(small_graph(), config, "mps"), CpuDevice(), directory, on_event, CancelToken())


def _train_evaluate_export(trainer: Trainer) -> None:
    assert trainer.run() is not None
    for budget_bytes in (1 << 14, 1 << 26):  # keys and values on the host, on the device
        trainer.network.embed(trainer.task.graph, budget_bytes)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_whole_run_has_a_kernel_for_every_operation_and_breaks_no_rule(tmp_path: Path, name: str, form: str) -> None:
    config = small_config(*CONFIGURATIONS[name], "training.num_epochs=1")
    with _as_on_mps() if form == "as on MPS" else nullcontext(), DeviceAudit() as audit:
        _train_evaluate_export(_trainer(tmp_path, config))
    assert audit.missing_kernels == []
    of_layers = FORMS[form] if config.architecture.num_hops else set()
    assert {"_fused_adamw_", "index_select", "index_add_", *of_layers} <= audit.reached


def _signatures(folder: Path, *overrides: str) -> set[Signature]:
    with _as_on_mps(), DeviceAudit() as audit:
        _train_evaluate_export(_trainer(folder, small_config(*overrides)))
    return audit.signatures


@pytest.mark.parametrize(("sampler", "steps"), [("neighbour", 200), ("budget", 40)])
def test_later_steps_bring_no_shape_that_two_epochs_did_not(tmp_path: Path, sampler: str, steps: int) -> None:
    settings = (
        f"sampling.sampler={sampler}", "sampling.num_samples=[16, 12]", "training.patience=0",
        "sampling.batch_size=64", "training.gradient_accumulation_steps=1",
    )  # fmt: skip
    few = _signatures(tmp_path / "few", *settings, "training.num_epochs=2")
    many = _signatures(
        tmp_path / "many", *settings, f"training.num_epochs={steps // 2}", "evaluation.every_epochs=50",
        "training.checkpoint_every_epochs=50",
    )  # fmt: skip
    assert many == few


def test_batches_have_one_shape_and_one_more_for_each_halving(tmp_path: Path) -> None:
    injector = OutOfMemoryInjector(MPS_TEXT, "train", "native_layer_norm", range(6, 8))
    trainer = _trainer(tmp_path, small_config("training.num_epochs=2"), injector.on_event)
    with tiles_on_every_device(), DeviceAudit() as audit, injector:
        trainer.run()
    uploads = {tensors for name, tensors in audit.signatures if name == "_to_copy" and tensors[0][1] == "torch.int32"}
    assert injector.raised == 2
    assert len(uploads) == 3


class _ThreadRecorder:
    """Notes which threads call a function."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def watch(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        function: Callable[..., Any] = getattr(owner, name)

        @wraps(function)
        def noted(*args: Any, **kwargs: Any) -> Any:
            self.names.add(threading.current_thread().name)
            return function(*args, **kwargs)

        monkeypatch.setattr(owner, name, noted)


def test_one_thread_makes_every_device_call_while_others_sample_and_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device_threads, sampling_threads, monitor_threads = _ThreadRecorder(), _ThreadRecorder(), set()
    for method in ("description", "memory", "reset_peak", "empty_cache", "synchronize", "seed"):
        device_threads.watch(monkeypatch, CpuDevice, method)
    device_threads.watch(monkeypatch, Batch, "to")
    device_threads.watch(monkeypatch, torch.nn.Module, "__call__")
    sampling_threads.watch(monkeypatch, BatchMaker, "make")

    def on_reading(reading: MemoryReading) -> None:
        monitor_threads.add(threading.current_thread().name)

    def train() -> None:
        config = small_config("device.cache_policy=every_batch", "sampling.prefetch_threads=2")
        with claim_device(), MemoryMonitor(on_reading, interval_seconds=0.01) as monitor:
            trainer = _trainer(tmp_path, config)
            trainer.monitor = monitor
            _train_evaluate_export(trainer)

    before = threading.active_count()
    worker = threading.Thread(target=train, name="training")
    worker.start()
    worker.join()
    assert device_threads.names == {"training"}
    assert monitor_threads == {"training", "memory-monitor"}
    assert sampling_threads.names
    assert all(name.startswith("sampling") for name in sampling_threads.names)
    assert threading.active_count() == before
