"""The engine as a Python library: plain functions with plain arguments."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hgt_studio.config import ExportConfig, RunConfig
from hgt_studio.device.environment import prepare_environment
from hgt_studio.errors import RunDirectoryError


def train(
    graph: str | Path,
    out: str | Path,
    config: RunConfig | Mapping[str, Any] | None = None,
    *,
    resume: bool = False,
) -> dict[str, Any]:
    """Train on a graph file into the run directory `out`.

    config: a `RunConfig`, or nested values such as {"training": {"num_epochs": 20}}; the defaults where not given.

    Returns:
        The metrics on the test edges, `seconds`, `peak_bytes`, `shapes` and `directory`.

    Raises:
        HgtStudioError: in one line, what happened and what to do.
    """
    settings = config if isinstance(config, RunConfig) else RunConfig.build(dict(config or {}))
    prepare_environment(settings.device)
    from hgt_studio.pipeline import train_run

    return train_run(Path(graph), Path(out), settings, resume=resume).to_dict()


def export(run: str | Path, path: str | Path, **settings: Any) -> list[Path]:
    """Embed all nodes of a finished run and write them to `path`.

    settings: those of the export section: format, node_types, precision, normalisation, message_edges.

    Returns:
        The files that were written.
    """
    config: ExportConfig = RunConfig.build({"export": settings}).export
    from hgt_studio.training.run_directory import RunDirectory

    prepare_environment(RunDirectory(Path(run)).config().device)
    from hgt_studio.pipeline import export_run, open_run

    return [file.path for file in export_run(open_run(Path(run)), Path(path), config)]


def embed_graph(run: str | Path, graph: str | Path, path: str | Path, **settings: Any) -> list[Path]:
    """Embed all nodes of another graph file by a finished run, also nodes that training never saw.

    Nodes are matched by type, id and source. Messages pass over all edges of the file, so give new nodes together
    with the graph around them. settings: as of `export`.

    Returns:
        The files that were written.
    """
    config: ExportConfig = RunConfig.build({"export": settings}).export
    from hgt_studio.training.run_directory import RunDirectory

    prepare_environment(RunDirectory(Path(run)).config().device)
    from hgt_studio.pipeline import embed_other_graph, open_run

    return [file.path for file in embed_other_graph(open_run(Path(run)), Path(graph), Path(path), config)]


def generate_hgt_embeddings(
    edges_csv: str | Path,
    output_csv: str | Path,
    embedding_dim: int = 512,
    hidden_dim: int = 256,
    num_layers: int = 2,
    num_heads: int = 8,
    batch_size: int = 512,
    num_neighbors: Sequence[int] = (10, 5),
    gradient_accumulation_steps: int = 4,
    num_epochs: int = 100,
    learning_rate: float = 0.001,
    device: str | None = None,
    contrastive_weight: float = 0.5,
    similarity_threshold: float = 0.1,
    limit_nodes: int | None = None,
    include_node_types: Sequence[str] | None = None,
) -> dict[str, Any]:
    """From an edge table to a CSV of embeddings (`node_index,node_id,node_type,node_name,node_source,e0..`).

    The run itself stands beside the CSV, in the folder of the same name with the ending `.run`. A run there that was
    interrupted with the same settings is resumed, any other is replaced.

    Returns:
        Statistics: the test metrics, `seconds`, `peak_bytes`, `shapes`, `num_nodes`, `num_edges`, `embedding_dim`,
        `output_csv` and `directory`.

    Raises:
        HgtStudioError: in one line, what happened and what to do.
    """
    config = RunConfig.build(
        {
            "data": {"limit_nodes": limit_nodes, "include_node_types": include_node_types},
            "architecture": {
                "embedding_dim": embedding_dim,
                "hidden_dim": hidden_dim,
                "num_layers": num_layers,
                "num_heads": num_heads,
            },
            "sampling": {"batch_size": batch_size, "num_neighbors": tuple(num_neighbors)},
            "training": {
                "gradient_accumulation_steps": gradient_accumulation_steps,
                "num_epochs": num_epochs,
                "learning_rate": learning_rate,
                "contrastive_weight": contrastive_weight,
                "similarity_threshold": similarity_threshold,
            },
            "device": {"name": device or "auto"},
            "export": {"format": "csv"},
        }
    )
    directory = Path(output_csv).with_suffix(".run")
    resume = _has_same_settings(directory, config)
    if (directory / "run.toml").exists() and not resume:
        shutil.rmtree(directory)
    statistics = train(edges_csv, directory, config, resume=resume)
    from hgt_studio.pipeline import export_run, open_run

    run = open_run(directory)
    export_run(run, Path(output_csv), config.export)
    return statistics | {
        "num_nodes": run.graph.num_nodes,
        "num_edges": run.graph.num_edges,
        "embedding_dim": embedding_dim,
        "output_csv": str(output_csv),
    }


def _has_same_settings(directory: Path, config: RunConfig) -> bool:
    from hgt_studio.training.run_directory import RunDirectory

    run = RunDirectory(directory)
    try:
        return run.last_checkpoint.exists() and run.config() == config
    except RunDirectoryError:
        return False
