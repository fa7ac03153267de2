"""Runs the jobs of a study in worker processes and writes a line for each."""

import dataclasses
import json
import os
import traceback
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import torch

from tests.benchmarks.quality.study_file import Study
from tests.benchmarks.quality.trained import Deadline, Job

_JUDGING_SECONDS = 25.0  # what a job may need after its training


def run_study(study: Study, workers: int, threads: int, deadline: Deadline) -> None:
    """The jobs in their order, some at a time, each process taking one after another."""
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    out, context = Path(os.environ["HGT_STUDIO_BENCHMARK_OUT"]) / "quality.jsonl", get_context("spawn")
    gpus, count = context.Queue(), max(1, torch.cuda.device_count())
    for number in range(workers):
        gpus.put(number % count)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_take_gpu, initargs=(gpus,))
    with pool, out.open("a") as file:
        futures: list[Future[dict[str, Any]]] = [pool.submit(_run_one, job, study, deadline) for job in study.jobs]
        for future in as_completed(futures):
            line = future.result()
            file.write(json.dumps(line) + "\n")
            file.flush()
            print(f"{deadline.elapsed_seconds:5.0f} s  {_summary(line, study)}", flush=True)


def _take_gpu(gpus: "Queue[int]") -> None:
    """Workers take the GPUs in turn; each sees one, as its first."""
    os.environ["CUDA_VISIBLE_DEVICES"] = str(gpus.get())


def _run_one(job: Job, study: Study, deadline: Deadline) -> dict[str, Any]:
    """A line of results; of what went wrong if something did, so that the others go on."""
    from tests.benchmarks.quality.judgement import run_job

    seconds = min(job.seconds, deadline.left_seconds - _JUDGING_SECONDS)
    named = {"graph": job.graph, "model": job.model, "seed": job.seed}
    if seconds < job.seconds / 2:
        return named | {"error": "no time was left"}
    try:
        return run_job(dataclasses.replace(job, seconds=seconds), study.held_out, study.max_edges_per_relation)
    except Exception:
        return named | {"error": traceback.format_exc()}


def _summary(line: dict[str, Any], study: Study) -> str:
    name = f"{line['graph']:14} {line['model']:28} {line['seed']}"
    if "error" in line:
        return f"{name} {line['error'].strip().splitlines()[-1]}"
    metrics, health = line[study.held_out], line["health"]
    return (
        f"{name} mrr {metrics['mrr']:.4f} macro {metrics['macro']['mrr']:.4f} hits@10 {metrics['hits@10']:.4f} "
        f"rank {health['effective_rank']:.0f} {health['verdict']} {health['not_good']} epochs {line['epochs']} "
        f"{line['seconds']:.0f} s {line['peak_bytes'] >> 20} MiB"
    )
