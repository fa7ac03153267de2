"""The training loop. One thread runs it and makes every call to the device."""

import time
from itertools import chain
from typing import Literal

import torch

from hgt_studio.device.base import Device
from hgt_studio.device.cache_policy import should_empty_cache
from hgt_studio.device.monitor import MemoryMonitor
from hgt_studio.device.out_of_memory import OutOfMemory, parse_out_of_memory
from hgt_studio.errors import CancelledError, OutOfMemoryError
from hgt_studio.model.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.batch_gradients import BatchGradients
from hgt_studio.training.clock import LoopClock
from hgt_studio.training.diagnosis import explain_not_finite, find_broken_weights
from hgt_studio.training.evaluation import Evaluation
from hgt_studio.training.events import (
    BatchHalved,
    CheckpointSaved,
    EpochDone,
    Evaluated,
    EventHandler,
    Notice,
    PhaseStarted,
    RunEnded,
    RunStarted,
    StepsDone,
)
from hgt_studio.training.feed import BatchFeed
from hgt_studio.training.health import Health
from hgt_studio.training.judge import HeldOut, Judge
from hgt_studio.training.loss_meter import LossMeter
from hgt_studio.training.optimiser import (
    clear_gradients,
    layer_parameters,
    learning_rate,
    make_optimiser,
    set_update_count,
)
from hgt_studio.training.recovery import MOST_HALVINGS, retry_with_less
from hgt_studio.training.run_directory import RunDirectory
from hgt_studio.training.stopping import EarlyStopping
from hgt_studio.training.task import TrainingTask
from hgt_studio.typing import CancelToken

_SECONDS_BETWEEN_REPORTS = 0.25


class Trainer:
    """Trains a network on a task: `run`, after `restore` where an earlier run goes on."""

    def __init__(
        self,
        task: TrainingTask,
        device: Device,
        directory: RunDirectory,
        on_event: EventHandler,
        cancel: CancelToken,
        monitor: MemoryMonitor | None = None,
    ) -> None:
        self.task, self.device, self.directory, self.on_event, self.cancel = task, device, directory, on_event, cancel
        self.monitor = monitor
        self.settings, self.place = task.config.training, device.torch_device()
        torch.manual_seed(self.settings.seed)
        features = task.node_features()
        self.notices = (*task.notices, *(features.notices if features else ()))
        self.network = HGTNetwork.for_graph(task.config, task.graph, features).to(self.place)
        self.optimiser = make_optimiser(self.network, self.settings)
        self.gradients = self._batch_gradients()
        self.judge = Judge(task, cancel)
        self.feed, self.meter, self.clock = BatchFeed(), LossMeter(self.place), LoopClock()
        self.stopping = EarlyStopping(self.settings.patience)
        self.step = 0
        self.closed_step = 0  # the last step after which all was done that was due at the end of an epoch
        self.halvings = 0
        self.dropped_edges = 0
        self.warned: set[str] = set()

    def restore(self) -> None:
        """Take up the state of the last checkpoint.

        Raises:
            RunDirectoryError: it is missing, broken, or of another model or graph.
        """
        state = load_checkpoint(self.directory.last_checkpoint, self.network, self.optimiser)
        self.step, self.closed_step = state.step, state.closed_step
        self.stopping = EarlyStopping(self.settings.patience, state.best, state.since_best)

    def run(self) -> Evaluation | None:
        """Train to the end, load the best state, judge it on the test edges (None if none were held out).

        Raises:
            CancelledError, OutOfMemoryError: the state is saved and can be resumed.
            TrainingError: the loss is not finite; the last checkpoint from before stays.
        """
        start = time.monotonic()
        self._announce()
        try:
            reason = self._train_epochs()
        except (CancelledError, OutOfMemoryError):
            self._save_last()
            raise
        epochs = -(-self.step // self.task.steps_per_epoch)
        self.on_event(RunEnded(reason, epochs, time.monotonic() - start))
        if self.directory.best_checkpoint.exists():
            load_checkpoint(self.directory.best_checkpoint, self.network)
        return self._evaluate("test") if self.judge.can_ask("test") else None

    def _train_epochs(self) -> Literal["all epochs done", "no improvement", "finished early"]:
        """All epochs that are left, with what is due after each."""
        with self.feed:
            self.feed.restart(self.task, self.step)
            while True:
                if self.step == self.closed_step or self.step % self.task.steps_per_epoch:
                    if self.step == self.task.num_steps:
                        return "all epochs done"
                    self._train_epoch()
                if self._close_epoch() and self.step < self.task.num_steps:
                    return "finished early" if self.cancel.finishing else "no improvement"

    def _close_epoch(self) -> bool:
        """Evaluate and save if it is due; returns whether training stops here. A run stopped meanwhile does it anew."""
        epoch, every = -(-self.step // self.task.steps_per_epoch), self.task.config.evaluation.every_epochs
        last = self.step == self.task.num_steps or self.cancel.finishing
        if last or (every and epoch % every == 0):
            self._watch()
        self.closed_step = self.step
        stop = last or self.stopping.should_stop
        if stop or epoch % self.settings.checkpoint_every_epochs == 0:
            self._save_last()
        return stop

    def _train_epoch(self) -> None:
        """The rest of the current epoch."""
        self.on_event(PhaseStarted("train"))
        self.network.train()
        self.clock.restart()
        start, epoch = time.monotonic(), self.step // self.task.steps_per_epoch + 1
        end = epoch * self.task.steps_per_epoch
        while self.step < end and not self.cancel.finishing:
            self._train_step()
            if self.step == end or self.cancel.finishing or self.clock.seconds > _SECONDS_BETWEEN_REPORTS:
                self._report(epoch)
        self._tidy(is_epoch_end=True)
        self.on_event(EpochDone(epoch, self.step, *self.meter.end_epoch(), time.monotonic() - start))

    def _train_step(self) -> None:
        """One optimiser step; when memory runs out, the same step again from smaller batches."""
        while (shortage := self._try_step()) is not None:
            self._halve_batches(shortage)
        self.step += 1

    def _try_step(self) -> OutOfMemory | None:
        """Accumulate gradients and update. Returns what memory was short, with nothing updated then."""
        try:
            self._accumulate()
            rate = learning_rate(self.step, self.task.num_steps, self.settings)
            for group in self.optimiser.param_groups:
                group["lr"] = rate * group["share"]
            self.optimiser.step()
        except (RuntimeError, MemoryError) as error:
            shortage = parse_out_of_memory(error)
            if shortage is None:
                raise
            return shortage
        return None

    def _accumulate(self) -> None:
        """The mean gradients of the batches of a step, clipped. Nothing is read back from the device."""
        batches, dropped_edges = self.clock.timed(self.feed.next_step()), 0
        first = next(batches)
        self.gradients.prepare(first)
        self.device.seed(self.settings.seed * 1_000_003 + self.step)  # dropout depends on the step alone
        clear_gradients(self.network)
        for batch in chain([first], batches):
            self.cancel.check()
            self.meter.add(self.gradients.add(batch))
            dropped_edges += batch.usage.dropped_edges
            self._tidy()
        self.dropped_edges += dropped_edges
        if self.settings.clip_norm:
            torch.nn.utils.clip_grad_norm_(layer_parameters(self.network), self.settings.clip_norm)

    def _batch_gradients(self) -> BatchGradients:
        config = self.task.config
        return BatchGradients(
            self.network, self.device, config.training.gradient_accumulation_steps, record=config.device.cuda_graphs
        )

    def _halve_batches(self, shortage: OutOfMemory) -> None:
        """Free what can be freed and plan smaller batches for the same step.

        Raises:
            OutOfMemoryError: batches were halved three times already, or are as small as they can be.
        """
        self.gradients.forget()
        self.optimiser.zero_grad()
        set_update_count(self.optimiser, self.step)
        self.device.empty_cache()
        smaller = self.task.with_half_batches() if self.halvings < MOST_HALVINGS else None
        if smaller is None:
            raise shortage.to_error()
        self.halvings += 1
        self.task = smaller
        self.gradients = self._batch_gradients()
        self.directory.update(smaller.config)
        self.feed.restart(smaller, self.step)
        settings = smaller.config
        self.on_event(
            BatchHalved(
                settings.sampling.batch_size, settings.training.gradient_accumulation_steps, str(shortage.to_error())
            )
        )

    def _tidy(self, *, is_epoch_end: bool = False) -> None:
        """Give cached memory back when the policy says so. Reads counters, does not wait for the device."""
        if should_empty_cache(self.task.config.device, self.device.memory(), is_epoch_end=is_epoch_end):
            self.device.empty_cache()

    def _report(self, epoch: int) -> None:
        """Read the losses (a synchronisation point), stop if they are not finite, tell the listeners."""
        total, link, contrastive = self.meter.read()
        if not total < float("inf"):
            raise explain_not_finite(self.network, link, contrastive, self.step, self.task.config)
        rate = learning_rate(self.step - 1, self.task.num_steps, self.settings)
        seeds_per_second = self.clock.batches * self.task.seeds_per_batch / self.clock.seconds
        self.on_event(
            StepsDone(self.step, epoch, total, link, contrastive, rate, seeds_per_second, self.clock.waiting_share,
                      self.dropped_edges)
        )  # fmt: skip
        if self.monitor is not None:
            self.monitor.record(self.device.memory())
        self.clock.restart()

    def _watch(self) -> None:
        """Evaluate on the validation edges and keep the state if it is the best so far."""
        if not self.judge.can_ask("validation"):
            return
        evaluation = self._evaluate("validation")
        if self.stopping.improved:
            self.on_event(PhaseStarted("save"))
            save_checkpoint(self.directory.best_checkpoint, self.network, self._state())
            self.on_event(CheckpointSaved(self.directory.best_checkpoint, self.step, "best"))
        self._warn_of(evaluation.health)

    def _warn_of(self, health: Health) -> None:
        """Tell each finding that is not good, once while it stays so."""
        bad = [finding for finding in health.findings if finding.verdict != "good"]
        for finding in bad:
            if finding.name not in self.warned:
                figure = finding.name.replace("_", " ")
                self.on_event(Notice(f"{figure} is {finding.value:.3g} ({finding.verdict}): {finding.remedy}"))
        self.warned = {finding.name for finding in bad}

    def _evaluate(self, held_out: HeldOut) -> Evaluation:
        self.on_event(PhaseStarted("evaluate"))
        start = time.monotonic()
        self.gradients.forget()
        self.optimiser.zero_grad()  # the table's gradient buffer too: evaluation needs its room
        evaluation = retry_with_less(
            lambda budget_bytes: self.judge.evaluate(self.network, held_out, budget_bytes),
            self.task.config.evaluation.memory_budget_mib << 20, self.device, self.on_event,
        )  # fmt: skip
        if held_out == "validation":
            self.stopping = self.stopping.after(evaluation.micro[self.task.config.evaluation.watch])
        self.on_event(
            Evaluated(
                held_out, -(-self.step // self.task.steps_per_epoch), self.step, evaluation.to_dict(held_out),
                self.stopping.improved, self.stopping.since_best, time.monotonic() - start,
            )
        )  # fmt: skip
        return evaluation

    def _announce(self) -> None:
        for text in self.notices:
            self.on_event(Notice(text))
        self.on_event(
            RunStarted(
                device=self.device.description(),
                num_parameters=sum(parameter.numel() for parameter in self.network.parameters()),
                num_train_edges=len(self.task.split.train),
                num_pairs=len(self.task.pairs),
                steps_per_epoch=self.task.steps_per_epoch,
                seeds_per_step=self.task.seeds_per_batch * self.task.config.training.gradient_accumulation_steps,
                num_epochs=self.settings.num_epochs,
                first_step=self.step,
                shapes=1,
            )
        )

    def _state(self) -> TrainingState:
        return TrainingState(self.step, self.closed_step, self.stopping.best, self.stopping.since_best)

    def _save_last(self) -> None:
        """Write the last checkpoint; what diverged never takes the place of what can be resumed."""
        self.on_event(PhaseStarted("save"))
        if (error := find_broken_weights(self.network, self.step, self.task.config)) is not None:
            raise error
        save_checkpoint(self.directory.last_checkpoint, self.network, self._state(), self.optimiser)
        self.on_event(CheckpointSaved(self.directory.last_checkpoint, self.step, "last"))
