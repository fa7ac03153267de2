"""Settings that fit a budget: the largest, where the user says which may change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hgt_studio.config import RunConfig
from hgt_studio.errors import ConfigError, suggest
from hgt_studio.memory.budget import verdict
from hgt_studio.memory.estimate import MemoryEstimate, estimate_memory
from hgt_studio.memory.graph_sizes import GraphSizes
from hgt_studio.typing import DeviceKind

FITTABLE = ("batch_size", "gradient_accumulation_steps", "num_neighbors", "hidden_dim")
_BATCH_SIZES = (65536, 32768, 16384, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8)
_HIDDEN_SIZES = (2048, 1536, 1024, 768, 512, 384, 256, 192, 128, 96, 64, 48, 32)
_MOST_ACCUMULATION = 1024
_FAN_OUT_SHARES = (4.0, 3.0, 2.0, 1.5, 1.0, 0.75, 0.5, 0.25, 0.125)


@dataclass(frozen=True)
class FitResult:
    """Settings and what they need. changes: in words, empty if nothing changed. fits: whether they are safe."""

    config: RunConfig
    estimate: MemoryEstimate
    changes: tuple[str, ...]
    fits: bool


def fit(
    config: RunConfig, sizes: GraphSizes, device_kind: DeviceKind, budget_bytes: int, may_change: Iterable[str]
) -> FitResult:
    """The largest settings that are safe within a budget; where none are, the smallest.

    The batch size gives way first, for accumulation keeps the effective batch (batch size x accumulation) the same;
    then the fan-out, last the hidden size. Fan-out or hidden size grow only where nothing else may change.

    Raises:
        ConfigError: a name is not one of `FITTABLE`.
    """
    names = _checked(may_change)
    alone = len(names) == 1
    hidden = _hidden_sizes(config, alone) if "hidden_dim" in names else [config]
    fan_outs = [other for base in hidden for other in (_fan_outs(base, alone) if "num_neighbors" in names else [base])]
    batches = bool(names & {"batch_size", "gradient_accumulation_steps"})
    candidates = [_batch_sizes(base) if batches else [base] for base in fan_outs]

    def is_safe(candidate: RunConfig) -> bool:
        needed_bytes = estimate_memory(candidate, sizes, device_kind).needed_bytes
        return verdict(needed_bytes, budget_bytes) == "safe"

    fitting = next((ladder for ladder in candidates if is_safe(ladder[-1])), candidates[-1][-1:])
    best = next((candidate for candidate in fitting if is_safe(candidate)), fitting[-1])
    return FitResult(best, estimate_memory(best, sizes, device_kind), tuple(_explain(config, best)), is_safe(best))


def _batch_sizes(config: RunConfig) -> list[RunConfig]:
    """Batch sizes downwards from the effective batch, which accumulation keeps."""
    effective = config.sampling.batch_size * config.training.gradient_accumulation_steps
    sizes = sorted({size for size in _BATCH_SIZES if effective % size == 0} | {config.sampling.batch_size})
    return [
        config.with_values("sampling", batch_size=size).with_values(
            "training", gradient_accumulation_steps=effective // size
        )
        for size in reversed(sizes)
        if effective // size <= _MOST_ACCUMULATION
    ]


def _fan_outs(config: RunConfig, may_grow: bool) -> list[RunConfig]:
    """Fan-outs (or budgets) downwards, all hops in proportion."""
    name = "num_neighbors" if config.sampling.sampler == "neighbour" else "num_samples"
    hops = getattr(config.sampling, name)
    shares = [share for share in _FAN_OUT_SHARES if may_grow or share <= 1.0]
    return [
        config.with_values("sampling", **{name: tuple(max(1, round(hop * share)) for hop in hops)}) for share in shares
    ]


def _hidden_sizes(config: RunConfig, may_grow: bool) -> list[RunConfig]:
    """Hidden sizes downwards that divide by the number of heads."""
    now, heads = config.architecture.hidden_dim, config.architecture.num_heads
    sizes = {size for size in _HIDDEN_SIZES if size % heads == 0 and (may_grow or size < now)} | {now}
    return [config.with_values("architecture", hidden_dim=size) for size in sorted(sizes, reverse=True)]


def _checked(names: Iterable[str]) -> set[str]:
    names = set(names)
    for name in names:
        if name not in FITTABLE:
            raise ConfigError(f"'{name}' cannot be fitted to memory; {suggest(name, FITTABLE)}")
    return names


def _explain(before: RunConfig, after: RunConfig) -> Iterator[str]:
    """One line for every setting that changed."""
    for section in ("architecture", "sampling", "training"):
        old, new = getattr(before, section), getattr(after, section)
        for name, field in type(old).model_fields.items():
            if getattr(old, name) != getattr(new, name):
                yield f"{field.title}: {_words(getattr(old, name))} -> {_words(getattr(new, name))}"


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
