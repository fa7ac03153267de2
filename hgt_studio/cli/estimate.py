"""`hgt-studio estimate`: what a run will need, before it runs."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hgt_studio.cli.console import human_bytes
from hgt_studio.config import RunConfig, apply_overrides, load_config
from hgt_studio.device.environment import prepare_environment
from hgt_studio.errors import ConfigError, InputError
from hgt_studio.typing import DeviceName, Triplet

if TYPE_CHECKING:
    from hgt_studio.calibration import Calibration
    from hgt_studio.device.base import Device
    from hgt_studio.graph.knowledge_graph import KnowledgeGraph
    from hgt_studio.memory import FitResult, GraphSizes, MemoryEstimate

_VERDICT_IN_WORDS = {"safe": "fits easily", "tight": "fits, but tightly", "unsafe": "does not fit"}


def estimate(
    kg: Annotated[
        Path | None, typer.Argument(metavar="[KG]", help="edge table; with --counts a JSON file of counts, or nothing")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="settings as TOML")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="one setting; may be repeated")
    ] = None,
    device: Annotated[DeviceName | None, typer.Option("--device", help="auto, mps, cuda or cpu")] = None,
    budget_gib: Annotated[
        float | None, typer.Option("--budget-gib", help="memory to spend in GiB; else what is free now", min=0.01)
    ] = None,
    fit: Annotated[
        str | None, typer.Option("--fit", metavar="NAMES", help="find settings that fit; what may change: batch_size,"
        "num_neighbors,hidden_dim,gradient_accumulation_steps")
    ] = None,
    counts: Annotated[
        bool, typer.Option("--counts", help='from counts alone: PrimeKG\'s, or of a file {"nodes": {"type": n}, '
        '"edges": [["source type", "relation", "destination type", n]]}')
    ] = False,
    calibrate: Annotated[bool, typer.Option("--calibrate", help="run two steps and compare")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one line of JSON")] = False,
) -> None:  # fmt: skip
    """Say how much memory a run needs, part by part, and whether it fits. Nothing is trained."""
    settings = load_config(config) if config else RunConfig()
    settings = apply_overrides(settings, [*(set_ or ()), *([f"device.name={device}"] if device else ())])
    _check(kg, counts=counts, calibrate=calibrate)
    prepare_environment(settings.device)
    from hgt_studio.device.selection import select_device

    place = select_device(settings.device.name)
    budget_bytes = round(budget_gib * 2**30) if budget_gib else _live_budget(place)
    graph, sizes = _graph_and_sizes(kg, settings, counts=counts)
    fitted = _fit(settings, sizes, place, budget_bytes, fit.split(",")) if fit else None
    settings = fitted.config if fitted else settings
    found = _estimate(settings, graph, sizes, place)
    calibration = _calibration(settings, graph, place, now=calibrate)
    if as_json:
        print(json.dumps(_to_json(found, budget_bytes, fitted, calibration), ensure_ascii=False))
    else:
        _print(found, budget_bytes, fitted, calibration)


def _check(kg: Path | None, *, counts: bool, calibrate: bool) -> None:
    if kg is None and not counts:
        raise ConfigError("name a graph file, or give --counts to estimate from PrimeKG's published counts")
    if counts and calibrate:
        raise ConfigError("--calibrate runs training steps and needs a graph file; leave --counts out")


def _graph_and_sizes(
    kg: Path | None, settings: RunConfig, *, counts: bool
) -> "tuple[KnowledgeGraph | None, GraphSizes]":
    from hgt_studio.memory import GraphSizes

    if counts:
        return None, GraphSizes.from_counts(*_read_counts(kg)) if kg else GraphSizes.primekg()
    from hgt_studio.graph import load_graph

    assert kg is not None
    graph = load_graph(kg, settings.data)
    return graph, GraphSizes.from_graph(graph)


def _read_counts(path: Path) -> tuple[dict[str, int], dict[Triplet, int]]:
    """Nodes of each type and edges of each triplet from a JSON file."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        nodes = {str(name): _count(number) for name, number in values["nodes"].items()}
        edges = {Triplet(str(s), str(r), str(d)): _count(number) for s, r, d, number in values["edges"]}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a JSON file of counts") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f'{path}: is not a file of counts; write {{"nodes": {{"type": number}}, '
            '"edges": [["source type", "relation", "destination type", number]]}'
        ) from None
    return nodes, edges


def _count(number: object) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError
    return number


def _fit(
    settings: RunConfig, sizes: "GraphSizes", device: "Device", budget_bytes: int, names: Iterable[str]
) -> "FitResult":
    from hgt_studio.memory import fit

    return fit(settings, sizes, device.name, budget_bytes, [name.strip() for name in names])


def _estimate(
    settings: RunConfig, graph: "KnowledgeGraph | None", sizes: "GraphSizes", device: "Device"
) -> "MemoryEstimate":
    """With a graph at hand, its batches are measured."""
    from hgt_studio.memory import estimate_memory
    from hgt_studio.training.task import prepare_task

    shape = prepare_task(graph, settings, device.name).shape if graph else None
    return estimate_memory(settings, sizes, device.name, shape)


def _calibration(
    settings: RunConfig, graph: "KnowledgeGraph | None", device: "Device", *, now: bool
) -> "Calibration | None":
    from hgt_studio.calibration import calibrate, remembered

    return calibrate(graph, settings, device) if now and graph else remembered(device.name)


def _live_budget(device: "Device") -> int:
    from hgt_studio.memory import live_budget

    memory = device.memory()
    return live_budget(memory.recommended_bytes, memory.available_bytes)


def _to_json(
    found: "MemoryEstimate", budget_bytes: int, fitted: "FitResult | None", calibration: "Calibration | None"
) -> dict[str, Any]:
    values = found.to_json(budget_bytes)
    if fitted:
        overrides = fitted.config.model_dump(mode="json")
        values["fit"] = {"fits": fitted.fits, "changes": fitted.changes, "config": overrides}
    if calibration:
        values["calibration"] = {**asdict(calibration), "factor": calibration.factor}
    return values


def _print(
    found: "MemoryEstimate", budget_bytes: int, fitted: "FitResult | None", calibration: "Calibration | None"
) -> None:
    from hgt_studio.memory import verdict

    for change in fitted.changes if fitted else ():
        print(f"changed: {change}")
    for phase, tree in found.trees.items():
        print(f"{phase}: {human_bytes(found.peak_bytes[phase])} on the device at the peak")
        for part in tree:
            print(f"  {part.name:28} {human_bytes(part.num_bytes):>8}  {part.formula}")
            for inner in part.parts:
                print(f"    {inner.name:26} {human_bytes(inner.num_bytes):>8}  {inner.formula}")
    print(f"host: {human_bytes(found.host_bytes)} beside it")
    for part in found.host:
        print(f"  {part.name:28} {human_bytes(part.num_bytes):>8}  {part.formula}")
    shape = found.shape
    origin = "predicted from counts and degrees" if found.is_predicted else "measured on sampled batches"
    print(f"batch shape, {origin}: rows {shape.nodes}, segments {shape.segments}, edges {shape.edges}")
    print(f"rule of thumb (batch x mean degree x layers x hidden x 4): {human_bytes(found.rule_of_thumb_bytes)}")
    if calibration:
        print(f"calibrated: {calibration.in_words()}")
        for row in calibration.parts:
            sizes = human_bytes(row.estimated_bytes), human_bytes(row.measured_bytes)
            print(f"  {row.name:46} estimated {sizes[0]:>8}, measured {sizes[1]:>8} ({row.error:+.1%})")
    word = verdict(found.needed_bytes, budget_bytes)
    print(f"{word}: {human_bytes(found.needed_bytes)} of {human_bytes(budget_bytes)}, {_VERDICT_IN_WORDS[word]}")
