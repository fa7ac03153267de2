"""The results as Markdown: a table for each graph, the best first; means over the seeds."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

_HEADER = (
    "model", "MRR", "95 %", "macro MRR", "Hits@1", "@3", "@10", "AUROC", "AP", "mean abs. cos", "eff. rank", "health",
    "communities", "seconds", "MiB", "seeds",
)  # fmt: skip
_WORST_FIRST = ("collapsed", "watch", "good")

Line = dict[str, Any]


def print_table(paths: Sequence[Path]) -> None:
    """Print all results of some files; failed jobs stand below as they are.

    Of the options of a model those with the best validation MRR are shown, once test edges were asked.
    """
    lines = [json.loads(text) for path in paths for text in path.read_text().splitlines()]
    by_graph: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if "error" not in line:
            by_graph[line["graph"]][line["model"]].append(line)
    for graph, models in by_graph.items():
        print(f"\n### {graph}\n\n| {' | '.join(_HEADER)} |\n|{' --- |' * len(_HEADER)}")
        for model, runs in sorted(_tuned(models).items(), key=lambda item: -_mean(item[1], "mrr")):
            print(f"| {model} | {' | '.join(_cells(runs))} |")
    for line in lines:
        if "error" in line:
            print(f"\nfailed: {line['graph']} {line['model']} {line['error'].strip().splitlines()[-1]}")


def _tuned(models: dict[str, list[Line]]) -> dict[str, list[Line]]:
    """One choice of options for each model, by the validation edges. Options are called MODEL-OPTION."""
    best: dict[str, tuple[float, str]] = {}
    for name, runs in models.items():
        rival = name.partition("-")[0] if "test" in runs[0] else name
        best[rival] = max(best.get(rival, (-1.0, "")), (mean(run["validation"]["mrr"] for run in runs), name))
    return {name: models[name] for _, name in best.values()}


def _cells(runs: list[Line]) -> list[str]:
    metrics, health = [_metrics(run) for run in runs], [run["health"] for run in runs]
    low, high = (mean(m["confidence_95"]["mrr"][side] for m in metrics) for side in (0, 1))
    verdict = next(verdict for verdict in _WORST_FIRST if any(h["verdict"] == verdict for h in health))
    communities = [score for run in runs for score in run.get("communities", {}).values()]
    return [
        f"{_mean(runs, 'mrr'):.4f}", f"{low:.3f}-{high:.3f}", f"{mean(m['macro']['mrr'] for m in metrics):.4f}",
        *(f"{_mean(runs, name):.3f}" for name in ("hits@1", "hits@3", "hits@10", "auroc", "average_precision")),
        f"{mean(h['mean_abs_cosine'] for h in health):.3f}",
        f"{mean(h['effective_rank'] for h in health):.0f}", verdict,
        f"{min(communities):.2f}-{max(communities):.2f}" if communities else "",
        f"{mean(run['seconds'] for run in runs):.0f}", f"{max(run['peak_bytes'] for run in runs) >> 20}",
        str(len(runs)),
    ]  # fmt: skip


def _metrics(run: Line) -> dict[str, Any]:
    found: dict[str, Any] = run["test"] if "test" in run else run["validation"]
    return found


def _mean(runs: list[Line], name: str) -> float:
    return float(mean(_metrics(run)[name] for run in runs))
