"""The memory estimate against a device: random configurations on sample graphs of several sizes.

Every run's configuration, planned shape, estimate and measurement go to `memory_runs.jsonl`, in the folder that
HGT_STUDIO_BENCHMARK_OUT names.
"""

import json
import os
import random
from dataclasses import asdict
from pathlib import Path

from platformdirs import user_cache_path

from hgt_studio.config import DataConfig
from hgt_studio.device.selection import select_device
from hgt_studio.graph import load_graph
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.memory import GraphSizes, estimate_memory
from hgt_studio.training.task import prepare_task
from tests.benchmarks.full_graph import full_scale_csv
from tests.helpers.memory_runs import measure_peaks, random_config

_RUNS = {0.01: 24, 0.03: 18, 0.1: 14, 1.0: 4}
_BATCH_SIZES = (32, 128, 512, 1024, 2048)
_HIDDEN_SIZES = (32, 64, 128, 256, 512)


def measure(device: str) -> dict[str, float]:
    """Measured over estimated peaks, of training, evaluation and export together."""
    place = select_device(device)  # type: ignore[arg-type]
    draw, ratios = random.Random(1), []
    for scale, runs in _RUNS.items():
        graph = _graph(scale)
        sizes = GraphSizes.from_graph(graph)
        for _ in range(runs):
            config = random_config(draw, _BATCH_SIZES, _HIDDEN_SIZES)
            task = prepare_task(graph, config, device)
            estimated = estimate_memory(config, sizes, device, task.shape).peak_bytes  # type: ignore[arg-type]
            place.free_workspaces()  # every run takes them anew, as in a process of its own
            place.empty_cache()
            measured = asdict(measure_peaks(task, place))
            ratios += [measured[phase] / size for phase, size in estimated.items()]
            _write({
                "scale": scale, "config": config.model_dump(mode="json"), "shape": asdict(task.shape),
                "estimated": estimated, "measured": measured,
            })  # fmt: skip
    return {
        "configurations": float(sum(_RUNS.values())),
        "share of peaks within 85 to 100 % of the estimate": sum(0.85 <= r <= 1.0 for r in ratios) / len(ratios),
        "least share of the estimate": min(ratios),
        "largest share of the estimate": max(ratios),
    }


def _graph(scale: float) -> KnowledgeGraph:
    path = user_cache_path("hgt-studio") / "benchmarks" / f"kg_scale{scale}_seed0.csv"
    if scale == 1.0:
        path = full_scale_csv()
    elif not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sample_graph(path, scale=scale, seed=0)
    return load_graph(path, DataConfig())


def _write(run: dict[str, object]) -> None:
    if folder := os.environ.get("HGT_STUDIO_BENCHMARK_OUT"):
        with (Path(folder) / "memory_runs.jsonl").open("a") as file:
            file.write(json.dumps(run) + "\n")
