"""Gradients of a batch: forward and backward, recorded once and replayed where the device can (CUDA graphs).

Every batch of a run has one shape, so what the host tells the device is the same for each. A replay says it in one
call, on a GPU that would else wait for the host.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from hgt_studio.device.base import Device
from hgt_studio.model.network import HGTNetwork
from hgt_studio.sampling.batch import Batch, DeviceBatch
from hgt_studio.training.optimiser import keep_gradients


class BatchGradients:
    """Adds a share of the gradients of each batch to those of the network. batches_per_step: of which that is one."""

    def __init__(self, network: HGTNetwork, device: Device, batches_per_step: int, *, record: bool) -> None:
        self.network, self._device, self._batches_per_step = network, device, batches_per_step
        self._record = record and device.can_record
        self._replay: Callable[[], None] | None = None
        self._indices = self._masks = self._losses = torch.empty(0)  # what the recording reads and writes

    def prepare(self, batch: Batch) -> None:
        """Record, if that is wanted and not done; leaves arbitrary gradients and random numbers behind."""
        if not self._record or self._replay is not None:
            return
        keep_gradients(self.network)
        place = self._place()
        self._indices = torch.empty_like(batch.indices, device=place)
        self._masks = torch.empty_like(batch.masks, device=place)
        self._losses = torch.empty(3, device=place)
        self._load(batch)

        def work() -> None:
            on_device = DeviceBatch.of(batch.shape, batch.runs, self._indices.long(), self._masks)
            self._losses.copy_(self._run(on_device))

        self._replay = self._device.record(work)

    def add(self, batch: Batch) -> Tensor:
        """Forward and backward. Returns (total, link, contrastive) on the device, good until the next call."""
        if self._replay is None:
            return self._run(batch.to(self._place()))
        self._load(batch)
        self._replay()
        return self._losses

    def forget(self) -> None:
        """Free the recording and its memory; the next `prepare` records anew."""
        self._replay = None
        self._device.free_workspaces()
        self._indices = self._masks = self._losses = torch.empty(0)

    def _place(self) -> torch.device:
        return next(self.network.parameters()).device

    def _load(self, batch: Batch) -> None:
        self._indices.copy_(batch.indices, non_blocking=True)
        self._masks.copy_(batch.masks, non_blocking=True)

    def _run(self, batch: DeviceBatch) -> Tensor:
        losses = self.network(batch)
        (losses.total / self._batches_per_step).backward()
        return torch.stack([losses.total.detach(), losses.link, losses.contrastive])
