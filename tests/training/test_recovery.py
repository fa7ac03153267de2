"""Memory runs out, at every kind of step: the run goes on with smaller pieces, and loses and repeats nothing."""

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from hgt_studio.config import RunConfig, load_config
from hgt_studio.errors import OutOfMemoryError
from hgt_studio.graph import load_graph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.model.checkpoint import load_checkpoint
from hgt_studio.model.network import HGTNetwork
from hgt_studio.pipeline import Listeners, train_run
from hgt_studio.sampling.batch import Batch
from hgt_studio.sampling.batch_maker import BatchMaker
from hgt_studio.sampling.shape import BatchShape
from hgt_studio.training.events import BatchHalved, Evaluated, Event, Notice
from hgt_studio.training.optimiser import clear_gradients, layer_parameters, learning_rate, make_optimiser
from hgt_studio.training.task import prepare_task
from tests.helpers.injection import CUDA_TEXT, HOST_TEXT, MPS_TEXT, OutOfMemoryInjector

TEXTS = {"mps": MPS_TEXT, "cuda": CUDA_TEXT, "host": HOST_TEXT}
FAILING_STEP = 1
# Two batches a step, two layers: call number 6 of a layer's operation is in the second batch of the second step.
STEP_POINTS = {
    "forward": ("native_layer_norm", 6),
    "backward": ("native_layer_norm_backward", 6),
    "clipping": ("_foreach_norm", FAILING_STEP),
    "optimiser": ("_fused_adamw_", 3 * FAILING_STEP),
}
WHOLE_GRAPH_POINTS = {"evaluation": "evaluate", "export": "export"}


@pytest.fixture(scope="module")
def kg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recovery") / "kg.csv"
    write_sample_graph(path, scale=0.002, seed=0)
    return path


@pytest.fixture(scope="module")
def calm(kg: Path, tmp_path_factory: pytest.TempPathFactory) -> "Run":
    """A run in which nothing fails, with evaluations."""
    run = Run(kg, tmp_path_factory.mktemp("calm") / "run")
    run.train(_config(num_epochs=2, held_out=0.1))
    return run


def _config(*, num_epochs: int = 1, held_out: float = 0.0) -> RunConfig:
    """Three steps an epoch, of two batches each."""
    return RunConfig.build(
        {
            "data": {"validation_share": held_out, "test_share": 0.0},
            "architecture": {"hidden_dim": 16, "num_heads": 2, "embedding_dim": 12},
            "sampling": {"batch_size": 64, "num_neighbors": (4, 3)},
            "training": {
                "num_epochs": num_epochs,
                "least_batches": 1,
                "gradient_accumulation_steps": 2,
                "similarity_threshold": 0.0,
            },
            "evaluation": {"every_epochs": 1, "memory_budget_mib": 128, "max_edges_per_relation": 5},
            "device": {"name": "cpu"},
        }
    )


@dataclass
class Run:
    """A run that was started in a folder of its own, with what it told."""

    kg: Path
    directory: Path
    events: list[Event] = field(default_factory=list)

    def train(self, config: RunConfig, injector: OutOfMemoryInjector | None = None, *, resume: bool = False) -> None:
        def on_event(event: Event) -> None:
            self.events.append(event)
            if injector is not None:
                injector.on_event(event)

        with injector or nullcontext():
            train_run(self.kg, self.directory, config, Listeners(on_event), resume=resume)

    @property
    def config(self) -> RunConfig:
        return load_config(self.directory / "run.toml")

    @property
    def last_checkpoint(self) -> dict[str, Tensor]:
        return load_file(self.directory / "checkpoints" / "last.safetensors")

    @property
    def weights(self) -> dict[str, Tensor]:
        return {name: value for name, value in self.last_checkpoint.items() if name.startswith("model.")}

    @property
    def updates(self) -> set[float]:
        """How often AdamW says that it updated each parameter, and the step that the checkpoint names."""
        counts = {value.item() for name, value in self.last_checkpoint.items() if name.endswith(".step")}
        graph = load_graph(self.kg)
        state = load_checkpoint(
            self.directory / "checkpoints" / "last.safetensors", HGTNetwork.for_graph(self.config, graph)
        )
        return counts | {float(state.step)}

    @property
    def halvings(self) -> list[tuple[int, int]]:
        return [
            (event.batch_size, event.gradient_accumulation_steps)
            for event in self.events
            if isinstance(event, BatchHalved)
        ]


@pytest.fixture
def run(kg: Path, tmp_path: Path) -> Run:
    return Run(kg, tmp_path / "run")


@cache
def _expected_weights(kg: Path, config: RunConfig, halvings: int) -> tuple[dict[str, Tensor], int]:
    """The weights after a plain loop that halves its batches so often before one step; and the number of steps."""
    task = prepare_task(load_graph(kg), config, "cpu")
    torch.manual_seed(config.training.seed)
    network = HGTNetwork.for_graph(config, task.graph)
    optimiser = make_optimiser(network, config.training)
    for step in range(task.num_steps):
        for _ in range(halvings if step == FAILING_STEP else 0):
            smaller = task.with_half_batches()
            assert smaller is not None
            task = smaller
        count = task.config.training.gradient_accumulation_steps
        torch.manual_seed(config.training.seed * 1_000_003 + step)
        clear_gradients(network)
        for number in range(step * count, (step + 1) * count):
            batch = task.maker.make(number, task.shape).to(torch.device("cpu"))
            (network(batch).total / count).backward()
        torch.nn.utils.clip_grad_norm_(layer_parameters(network), config.training.clip_norm)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, task.num_steps, config.training) * group["share"]
        optimiser.step()
    return {f"model.{name}": value for name, value in network.state_dict().items()}, task.num_steps


def _assert_equal(actual: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert actual.keys() == expected.keys()
    assert [name for name in actual if not torch.equal(actual[name], expected[name])] == []


def _halved(times: int) -> list[tuple[int, int]]:
    """Batch size and accumulation after each halving: their product stays 128."""
    return [(64 >> n, 2 << n) for n in range(1, times + 1)]


def _injector(point: str, text: str, times: int) -> OutOfMemoryInjector:
    if point in WHOLE_GRAPH_POINTS:
        return OutOfMemoryInjector(TEXTS[text], WHOLE_GRAPH_POINTS[point], "index_add_", range(1, 1 + times))
    operation, first = STEP_POINTS[point]
    return OutOfMemoryInjector(TEXTS[text], "train", operation, range(first, first + times))


@pytest.mark.parametrize(
    ("point", "text", "times"),
    [
        *((point, text, 1) for point in STEP_POINTS for text in TEXTS),
        *zip(STEP_POINTS, ("mps", "cuda", "host", "mps"), (2, 2, 3, 3), strict=True),
    ],
)
def test_a_step_that_ran_out_of_memory_is_done_again_from_smaller_batches(
    run: Run, point: str, text: str, times: int
) -> None:
    config, injector = _config(), _injector(point, text, times)
    run.train(config, injector)
    weights, num_steps = _expected_weights(run.kg, config, times)
    assert injector.raised == times
    assert run.halvings == _halved(times)
    assert run.updates == {num_steps}
    _assert_equal(run.weights, weights)
    kept = run.config
    assert (kept.sampling.batch_size, kept.training.gradient_accumulation_steps) == _halved(times)[-1]


@pytest.mark.parametrize(("point", "text"), list(zip(STEP_POINTS, ("mps", "cuda", "host", "mps"), strict=True)))
def test_a_step_that_never_fits_ends_the_run_which_can_be_resumed(run: Run, point: str, text: str) -> None:
    config = _config()
    with pytest.raises(OutOfMemoryError) as caught:
        run.train(config, _injector(point, text, times=sys.maxsize))
    _assert_plain_words(str(caught.value))
    assert run.halvings == _halved(3)
    assert run.updates == {FAILING_STEP}
    run.train(run.config, resume=True)
    weights, num_steps = _expected_weights(run.kg, config, halvings=3)
    assert run.updates == {num_steps}
    _assert_equal(run.weights, weights)


@pytest.mark.parametrize(
    ("point", "text", "times"),
    [(point, text, times) for point in WHOLE_GRAPH_POINTS for text, times in (("mps", 1), ("cuda", 2), ("host", 3))],
)
def test_evaluation_and_export_go_on_with_less_working_memory(
    run: Run, calm: Run, point: str, text: str, times: int
) -> None:
    injector = _injector(point, text, times)
    run.train(calm.config, injector)
    assert injector.raised == times
    assert _budgets_of(run.events) == [f"{128 >> n} MiB" for n in range(1, times + 1)]
    assert run.halvings == []
    assert run.config == calm.config
    _assert_equal(run.last_checkpoint, calm.last_checkpoint)
    for actual, expected in zip(_evaluations(run), _evaluations(calm), strict=True):
        assert actual == pytest.approx(expected, rel=1e-3)
    np.testing.assert_allclose(_embeddings(run), _embeddings(calm), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("point", WHOLE_GRAPH_POINTS)
def test_evaluation_or_export_that_never_fits_keeps_the_training_done(run: Run, calm: Run, point: str) -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        run.train(calm.config, _injector(point, "mps", times=sys.maxsize))
    _assert_plain_words(str(caught.value))
    assert len(run.updates) == 1
    run.train(run.config, resume=True)
    assert run.updates == calm.updates
    _assert_equal(run.weights, calm.weights)
    assert run.config == calm.config


def test_memory_short_in_a_sampling_thread_halves_batches_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    make, failures = BatchMaker.make, [MemoryError()]

    def make_or_fail(self: BatchMaker, index: int, shape: BatchShape) -> Batch:
        if index == 2 * FAILING_STEP and failures:
            raise failures.pop()
        return make(self, index, shape)

    monkeypatch.setattr(BatchMaker, "make", make_or_fail)
    config = _config()
    run.train(config)
    assert run.halvings == _halved(1)
    weights, _ = _expected_weights(run.kg, config, halvings=1)
    _assert_equal(run.weights, weights)


def test_other_errors_are_not_taken_for_a_lack_of_memory(run: Run) -> None:
    injector = OutOfMemoryInjector("shapes do not match", "train", "native_layer_norm", range(6, 7))
    with pytest.raises(RuntimeError, match="shapes do not match"):
        run.train(_config(), injector)
    assert run.halvings == []


def test_memory_short_before_the_first_step_is_said_in_plain_words(run: Run) -> None:
    injector = OutOfMemoryInjector(MPS_TEXT, "prepare", "zeros_like", range(1))
    with pytest.raises(OutOfMemoryError) as caught:
        run.train(_config(), injector)
    _assert_plain_words(str(caught.value))


def _assert_plain_words(message: str) -> None:
    assert "ran out of memory" in message
    assert "smaller batch size" in message
    assert "watermark" not in message.casefold()
    assert "\n" not in message


def _budgets_of(events: Sequence[Event]) -> list[str]:
    prefix = "memory ran out; trying again with "
    texts = [event.text for event in events if isinstance(event, Notice) and event.text.startswith(prefix)]
    return [text.removeprefix(prefix).removesuffix(" of working memory") for text in texts]


def _evaluations(run: Run) -> list[dict[str, float]]:
    names = ("mrr", "hits@10", "auroc", "average_precision")
    return [{n: e.metrics[e.edges][n] for n in names} for e in run.events if isinstance(e, Evaluated)]


def _embeddings(run: Run) -> npt.NDArray[np.float32]:
    return np.stack(pq.read_table(run.directory / "embeddings.parquet")["embedding"].to_numpy())
