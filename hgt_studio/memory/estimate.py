"""The memory of a run, before it runs: peaks of training, evaluation and export as trees of named parts.

The peaks are not formulas but walks through the run: every block that the code takes and gives back, in its order
(`ledger`), without touching a device.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hgt_studio.config import RunConfig
from hgt_studio.memory.budget import verdict
from hgt_studio.memory.evaluation_memory import evaluation_peaks
from hgt_studio.memory.formulas import formula
from hgt_studio.memory.graph_sizes import GraphSizes
from hgt_studio.memory.host_memory import host_parts
from hgt_studio.memory.network_sizes import NetworkSizes
from hgt_studio.memory.shape_prediction import predict_shape
from hgt_studio.memory.training_memory import training_peak
from hgt_studio.sampling.shape import NODE_TILES, BatchShape
from hgt_studio.typing import DeviceKind

Phase = Literal["train", "evaluate", "export"]
PHASES: tuple[Phase, ...] = ("train", "evaluate", "export")


@dataclass(frozen=True)
class Part:
    """A part of a peak: its bytes, its formula in words, and what it consists of."""

    name: str
    num_bytes: int
    formula: str
    parts: tuple["Part", ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The part as JSON takes it."""
        parts = [part.to_json() for part in self.parts]
        return {"name": self.name, "bytes": self.num_bytes, "formula": self.formula, "parts": parts}


@dataclass(frozen=True)
class MemoryEstimate:
    """What a run needs.

    trees: the parts of each phase at its peak, device memory only; they add up to `peak_bytes`.
    host: what stands in the host's memory beside it. On `unified` devices both share one memory.
    shape: of the batches. is_predicted: whether the shape was predicted, not measured on the graph.
    rule_of_thumb_bytes: batch x mean degree x layers x hidden x 4, as it circulates; for comparison only.
    """

    trees: Mapping[Phase, tuple[Part, ...]]
    host: tuple[Part, ...]
    unified: bool
    shape: BatchShape
    is_predicted: bool
    rule_of_thumb_bytes: int

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of training at its peak."""
        return self.trees["train"]

    @property
    def peak_bytes(self) -> dict[Phase, int]:
        """The peak of each phase on the device."""
        return {phase: sum(part.num_bytes for part in tree) for phase, tree in self.trees.items()}

    @property
    def host_bytes(self) -> int:
        return sum(part.num_bytes for part in self.host)

    @property
    def needed_bytes(self) -> int:
        """What the budget is compared with: the highest peak, and the host's part where it is the same memory."""
        return max(self.peak_bytes.values()) + self.host_bytes * self.unified

    def to_json(self, budget_bytes: int) -> dict[str, Any]:
        """The estimate as JSON takes it, with the verdict against a budget."""
        return {
            "peak_bytes": self.peak_bytes,
            "host_bytes": self.host_bytes,
            "needed_bytes": self.needed_bytes,
            "budget_bytes": budget_bytes,
            "verdict": verdict(self.needed_bytes, budget_bytes),
            "parts": [part.to_json() for part in self.parts],
            "evaluate_parts": [part.to_json() for part in self.trees["evaluate"]],
            "export_parts": [part.to_json() for part in self.trees["export"]],
            "host_parts": [part.to_json() for part in self.host],
            "shapes": [_shape_to_json(self.shape)],
            "shapes_are_predicted": self.is_predicted,
            "rule_of_thumb_bytes": self.rule_of_thumb_bytes,
        }


def estimate_memory(
    config: RunConfig, sizes: GraphSizes, device_kind: DeviceKind, shape: BatchShape | None = None
) -> MemoryEstimate:
    """Walk through a run. shape: the planned shape of its batches, predicted where not given."""
    config = config.suited_to(sizes.num_nodes)
    is_predicted, shape = shape is None, shape or predict_shape(config, sizes, NODE_TILES[device_kind])
    net = NetworkSizes.of(config, sizes, device_kind)
    peaks = training_peak(config, net, shape), *evaluation_peaks(config, net, sizes)
    return MemoryEstimate(
        trees={phase: _tree(peak.parts) for phase, peak in zip(PHASES, peaks, strict=True)},
        host=_tree(host_parts(config, sizes, shape)),
        unified=device_kind != "cuda",
        shape=shape,
        is_predicted=is_predicted,
        rule_of_thumb_bytes=rule_of_thumb(config, sizes),
    )


def rule_of_thumb(config: RunConfig, sizes: GraphSizes) -> int:
    """The formula that circulates: batch x mean degree x layers x hidden x 4. It knows no weights and no gradients."""
    architecture = config.architecture
    per_node = sizes.mean_degree * architecture.num_layers * architecture.hidden_dim * 4
    return round(config.sampling.batch_size * per_node)


def _tree(parts: Mapping[str, int]) -> tuple[Part, ...]:
    """Paths such as "layer 1/working memory" become parts of "layer 1"."""
    groups: dict[str, list[Part]] = {}
    for path, size in parts.items():
        name, _, rest = path.partition("/")
        groups.setdefault(name, []).append(Part(rest or name, size, formula(path)))
    return tuple(_group(name, members) for name, members in groups.items())


def _group(name: str, members: list[Part]) -> Part:
    if len(members) == 1 and members[0].name == name:
        return members[0]
    return Part(name, sum(part.num_bytes for part in members), formula(name), tuple(members))


def _shape_to_json(shape: BatchShape) -> dict[str, Any]:
    names = ("node_tile", "segment_tile", "nodes", "segments", "edges", "positives", "pairs")
    return {name: getattr(shape, name) for name in names}
