"""One judgement for all kinds of models: the engine's own evaluation on the embeddings and decoder they hand over."""

from importlib import import_module
from typing import Any

import torch

from hgt_studio.training.evaluation import Evaluation, evaluate_embeddings
from hgt_studio.training.judge import HeldOut
from tests.benchmarks.quality.graphs import PLANTED, study_graph
from tests.benchmarks.quality.trained import Job, Trained

_MEMORY_BUDGET_BYTES = 1 << 30
_HEALTH = (
    "verdict", "mean_abs_cosine", "mean_abs_cosine_by_type", "effective_rank", "components_90", "near_duplicate_share",
    "uniformity", "alignment", "norm_degree_correlation",
)  # fmt: skip


def run_job(job: Job, held_out: HeldOut, max_edges_per_relation: int) -> dict[str, Any]:
    """Train and judge; the result as one JSON-able line. Validation edges are asked about in any case."""
    from tests.benchmarks.quality.communities import recovered_communities

    study = study_graph(job.graph)
    trained: Trained = import_module(f"tests.benchmarks.quality.{job.kind}_model").train(job, study)
    sides: tuple[HeldOut, ...] = ("validation", "test") if held_out == "test" else ("validation",)
    evaluations = {
        side: evaluate_embeddings(
            trained.vectors, trained.decoder, study.questions(side, max_edges_per_relation),
            memory_budget_bytes=_MEMORY_BUDGET_BYTES,
        )
        for side in sides
    }  # fmt: skip
    line = {
        "graph": job.graph, "model": job.model, "kind": job.kind, "seed": job.seed, "options": job.options,
        "dim": trained.vectors.size(1), "epochs": trained.epochs, "seconds": round(trained.seconds, 1),
        "peak_bytes": trained.peak_bytes, "device": job.device, **_figures(evaluations, held_out),
    }  # fmt: skip
    if job.graph.startswith(PLANTED):
        scale = float(job.graph.removeprefix(PLANTED))
        line["communities"] = recovered_communities(trained.vectors, study.graph, scale)
    del trained
    if job.device == "cuda":
        torch.cuda.empty_cache()
    return line


def _figures(evaluations: dict[HeldOut, Evaluation], held_out: HeldOut) -> dict[str, Any]:
    results = {side: evaluation.to_dict(side) for side, evaluation in evaluations.items()}
    result = results[held_out]
    health = result["health"]
    return {
        **{side: results[side][side] for side in results},
        "mrr_by_relation": {name: metrics["mrr"] for name, metrics in result["per_relation"].items()},
        "health": {name: health[name] for name in _HEALTH}
        | {"not_good": [finding["name"] for finding in health["findings"] if finding["verdict"] != "good"]},
    }
