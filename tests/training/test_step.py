"""One optimiser step: accumulation, host synchronisation and the number of calls."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hgt_studio.config import RunConfig
from hgt_studio.graph import load_graph
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.model.grouped import tiles_on_every_device
from hgt_studio.model.network import HGTNetwork
from hgt_studio.sampling.batch import Batch, index_views, mask_views
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.plan import plan_shape
from hgt_studio.sampling.shape import SeedShares
from hgt_studio.sampling.supervision import COUNT_UNITS, Supervision
from hgt_studio.training.feed import BatchFeed
from hgt_studio.training.loss_meter import LossMeter
from hgt_studio.training.optimiser import clear_gradients, layer_parameters, make_optimiser
from hgt_studio.training.task import TrainingTask, prepare_task
from tests.helpers.batches import WHOLE, small_task
from tests.helpers.lively import with_lively_layers
from tests.helpers.runs import make_run

CPU, META = torch.device("cpu"), torch.device("meta")
WHOLE_GRAPH = (
    "architecture.decoder=distmult",  # whose scores are less rounded than distances
    "training.uniformity_weight=0",  # which is of a batch as a whole
    "architecture.dropout=0.0", "training.query_dropout=0.0", "training.clip_norm=0.0", "sampling.fan_out_rule=uniform",
    f"sampling.num_neighbors=[{WHOLE}, {WHOLE}]",
)  # fmt: skip


class Prepared(BatchFeed):
    """A feed of batches made beforehand."""

    def __init__(self, batches: list[Batch]) -> None:
        super().__init__()
        self.batches = batches

    def next_step(self) -> Iterator[Batch]:
        return iter(self.batches)


def whole_batches(task: TrainingTask, parts: int, num_batches: int) -> list[Batch]:
    """Batches 0 .. num_batches - 1 over whole neighbourhoods, with 24 / parts facts and 8 / parts pairs each."""
    shares = SeedShares(positives=24 // parts, negatives=1, pairs=8 // parts)
    graph = task.split.message_graph
    supervision = Supervision(task.graph, task.split.train, task.pairs, shares, seed=0, hide=False)
    maker = BatchMaker(graph, NeighbourSampler(graph, (WHOLE, WHOLE), "uniform"), supervision, None, 0)
    usages = [maker.measure(index, 8, 32) for index in range(num_batches)]
    return [maker.make(index, plan_shape(usages, task.graph, shares, 8, 32)) for index in range(num_batches)]


def restrict_to(parts: list[Batch], whole: Batch) -> None:
    """Give every question of the whole the candidates it has in its part: the ends of the part's facts; pairs alike.

    A batch of another size has a seed with another probability; here each stands for itself alone.
    """
    for batch in (*parts, whole):
        index_views(batch.indices.numpy(), batch.shape)["seed_count"][:] = COUNT_UNITS
    views, masks = index_views(whole.indices.numpy(), whole.shape), mask_views(whole.masks.numpy(), whole.shape)
    row_of = {int(views["node_ids"][row]): row for row in np.flatnonzero(masks["source_candidates"].any(0))}
    row_of |= {int(views["node_ids"][row]): row for row in np.flatnonzero(masks["destination_candidates"].any(0))}
    for mask in masks.values():
        mask[:] = False
    for number, part in enumerate(parts):
        own, own_masks = index_views(part.indices.numpy(), part.shape), mask_views(part.masks.numpy(), part.shape)
        ends = np.union1d(own["positive_source"], own["positive_destination"])
        for name in ("source_candidates", "destination_candidates"):
            kept = np.zeros_like(own_masks[name])
            kept[:, ends] = own_masks[name][:, ends]
            own_masks[name][:] = kept
            first = number * part.shape.positives
            for i, row in zip(*np.nonzero(kept), strict=True):
                masks[name][first + i, row_of[int(own["node_ids"][row])]] = True
        block = slice(number * part.shape.pairs, (number + 1) * part.shape.pairs)
        masks["pair_candidates"][block, block] = own_masks["pair_candidates"]


def gradients_of_step(folder: Path, batches: list[Batch]) -> dict[str, Tensor]:
    task = small_task(*WHOLE_GRAPH, f"training.gradient_accumulation_steps={len(batches)}")
    trainer = make_run(folder, task).trainer
    torch.manual_seed(0)
    with_lively_layers(trainer.network)
    trainer.feed = Prepared(batches)
    trainer._accumulate()
    return {name: p.grad.clone() for name, p in trainer.network.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("parts", [2, 4])
def test_small_batches_add_up_to_the_gradients_of_a_large_one(parts: int, tmp_path: Path) -> None:
    task = small_task(*WHOLE_GRAPH)
    small, (large,) = whole_batches(task, parts, num_batches=parts), whole_batches(task, 1, num_batches=1)
    assert all(batch.usage.dropped_edges == 0 for batch in (*small, large))
    restrict_to(small, large)
    expected = gradients_of_step(tmp_path / "large", [large])
    found = gradients_of_step(tmp_path / "small", small)
    assert found.keys() == expected.keys()
    for name in expected:
        assert float(expected[name].abs().max()) > 0
        scale = float(expected[name].abs().max())
        torch.testing.assert_close(found[name], expected[name], rtol=0, atol=1e-5 * scale, msg=name)


def test_gradients_are_clipped_but_for_the_table(tmp_path: Path) -> None:
    free, clipped = (
        make_run(tmp_path / f"{norm}", small_task(f"training.clip_norm={norm}")).trainer for norm in (0.0, 1e-3)
    )
    for trainer in (free, clipped):
        trainer.feed.restart(trainer.task, 0)
        with trainer.feed:
            trainer._accumulate()
    norm = torch.cat([p.grad.flatten() for p in layer_parameters(clipped.network)]).norm()  # type: ignore[union-attr]
    assert float(norm) == pytest.approx(1e-3, rel=1e-3)
    assert torch.equal(clipped.network.embedding.weight.grad, free.network.embedding.weight.grad)


class NoSynchronisation(TorchDispatchMode):
    """Fails where the host would wait for the device: values read, shapes that depend on values, copies to the host."""

    FORBIDDEN = ("_local_scalar_dense", "nonzero", "masked_select", "unique", "is_nonzero", "equal.default")

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        name = str(function).removeprefix("aten.")
        assert not name.startswith(self.FORBIDDEN), f"{name} waits for the device"
        self.calls[name] += 1
        return function(*args, **(kwargs or {}))


def test_a_step_never_waits_for_the_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = make_run(tmp_path).trainer

    def forbidden(*_: object) -> None:
        raise AssertionError("a tensor was read on the host")

    with trainer.feed, tiles_on_every_device():
        trainer.feed.restart(trainer.task, 0)
        with monkeypatch.context() as patched, NoSynchronisation() as mode:
            for name in ("item", "tolist", "numpy", "cpu", "__bool__", "__float__", "__int__"):
                patched.setattr(Tensor, name, forbidden)
            trainer._train_step()
            trainer._train_step()
    assert trainer.step == 2
    assert mode.calls["_fused_adamw_.default"] == 6  # two steps of three parameter groups


def test_the_path_of_accelerators_never_looks_at_a_value(tmp_path: Path) -> None:
    """On the meta device there are no values: whatever asked for one would fail."""
    trainer = make_run(tmp_path, small_task(device_type="mps")).trainer
    trainer.network.to(META)
    trainer.place, trainer.meter = META, LossMeter(META)
    with trainer.feed:
        trainer.feed.restart(trainer.task, 0)
        trainer._accumulate()
    assert all(p.grad is not None and p.grad.device == META for p in trainer.network.parameters())


@pytest.fixture
def default_graph(tmp_path: Path) -> KnowledgeGraph:
    """A graph with all 50 triplets of PrimeKG."""
    write_sample_graph(tmp_path / "kg.csv", scale=0.004)
    graph = load_graph(tmp_path / "kg.csv")
    assert len(graph.triplets) == 50
    return graph


@pytest.mark.parametrize(
    ("device_type", "place", "most"), [("cpu", CPU, 1400), ("mps", META, 1200)], ids=["CPU", "accelerator"]
)
def test_a_step_takes_few_calls(
    default_graph: KnowledgeGraph, device_type: str, place: torch.device, most: int
) -> None:
    """A batch of the default settings forward and backward, clipped; and the optimiser, which is one call a group.

    The CPU, to which a call costs little, multiplies type by type where accelerators take all types at once.
    """
    task = prepare_task(default_graph, RunConfig(), device_type)
    network = with_lively_layers(HGTNetwork.for_graph(task.config, task.graph))
    groups = len(make_optimiser(network, task.config.training).param_groups)
    network.to(place)
    batch = task.maker.make(0, task.shape)
    with NoSynchronisation() as mode:
        clear_gradients(network)
        network(batch.to(place)).total.backward()
        torch.nn.utils.clip_grad_norm_(layer_parameters(network), 1.0)
    assert 100 < mode.calls.total() + groups <= most, mode.calls.most_common(10)
