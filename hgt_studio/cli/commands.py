"""The commands. Each prepares the environment, imports the engine, calls it, and prints."""

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hgt_studio.cli.console import Console, human_bytes, print_table
from hgt_studio.cli.doctor import doctor
from hgt_studio.cli.estimate import estimate
from hgt_studio.config import ExportFormat, RunConfig, apply_overrides, load_config
from hgt_studio.device.environment import prepare_environment
from hgt_studio.errors import RunDirectoryError
from hgt_studio.typing import CancelToken, DeviceName

if TYPE_CHECKING:
    from hgt_studio.export import WrittenFile

app = typer.Typer(
    name="hgt-studio",
    help="Heterogeneous Graph Transformer embeddings of a knowledge graph.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

GraphFile = Annotated[Path, typer.Argument(metavar="KG", help="edge table: .csv, .csv.gz, .tsv or .parquet")]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="run directory of `train`")]
SettingsFile = Annotated[Path | None, typer.Option("--config", help="settings as TOML")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="one setting; may be repeated")
]
DeviceOption = Annotated[DeviceName | None, typer.Option("--device", help="auto, mps, cuda or cpu")]
AsJson = Annotated[bool, typer.Option("--json", help="print one line of JSON, no progress")]


@app.command()
def info(kg: GraphFile, config: SettingsFile = None, set_: Settings = None, as_json: AsJson = False) -> None:
    """Say what a graph file holds."""
    settings = _settings(config, set_, None)
    from hgt_studio.graph import load_graph
    from hgt_studio.graph.statistics import graph_statistics

    with Console(quiet=as_json) as console:
        graph = load_graph(kg, settings.data, progress=console.on_progress)
    statistics = graph_statistics(graph).to_json()
    if as_json:
        _print_json(statistics)
        return
    print(f"{kg.name}: {graph.num_nodes:,} nodes, {graph.num_edges:,} edges, {len(graph.triplets)} triplets")
    for note in graph.report.notes:
        print(f"note: {note}")
    print_table(("node type", "nodes"), sorted(statistics["node_types"].items(), key=lambda row: -row[1]))
    print_table(("relation", "edges"), sorted(statistics["relations"].items(), key=lambda row: -row[1]))


@app.command("sample-graph")
def sample_graph(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="file to write: .csv or .csv.gz")],
    scale: Annotated[float, typer.Option(help="size relative to PrimeKG", min=0.001, max=10.0)] = 0.01,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Write an invented graph of PrimeKG's shape, with planted communities."""
    from hgt_studio.graph.synthetic import write_sample_graph

    with Console() as console:
        made = write_sample_graph(out, scale=scale, seed=seed, progress=console.on_progress)
    print(f"{out}: {made.num_nodes:,} nodes, {made.num_rows:,} rows")


@app.command()
def train(
    kg: GraphFile,
    out: Annotated[Path, typer.Option("--out", help="run directory")],
    config: SettingsFile = None,
    set_: Settings = None,
    device: DeviceOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with the run in --out")] = False,
    as_json: AsJson = False,
) -> None:
    """Train, judge and export embeddings. Ctrl-C stops after the batch; --resume goes on."""
    if resume and config is None and (out / "run.toml").exists():
        config = out / "run.toml"
    _train(kg, out, _settings(config, set_, device), resume=resume, as_json=as_json)


@app.command()
def evaluate(
    run: RunFolder,
    graph: Annotated[Path | None, typer.Option("--graph", help="the graph file, if it has moved")] = None,
    device: DeviceOption = None,
    as_json: AsJson = False,
) -> None:
    """Rank the test edges with the best state of a run."""
    _prepare_run(run)
    from hgt_studio.pipeline import Listeners, evaluate_run, open_run

    with Console(quiet=as_json) as console:
        listeners = Listeners(on_progress=console.on_progress)
        finished = open_run(run, listeners, graph_path=graph, device=device)
        metrics = evaluate_run(finished, listeners).to_dict("test")
    _print_metrics(metrics, as_json=as_json)


@app.command()
def export(
    run: RunFolder,
    out: Annotated[Path, typer.Option("--out", help="file to write; a folder for the projector")],
    format_: Annotated[ExportFormat, typer.Option("--format", help="file format")] = "parquet",
    set_: Settings = None,
    graph: Annotated[Path | None, typer.Option("--graph", help="the graph file, if it has moved")] = None,
    device: DeviceOption = None,
    as_json: AsJson = False,
) -> None:
    """Embed all nodes with the best state of a run and write them."""
    config = apply_overrides(_prepare_run(run), [*(set_ or ()), f"export.format={format_}"])
    from hgt_studio.pipeline import Listeners, export_run, open_run

    with Console(quiet=as_json) as console:
        listeners = Listeners(on_progress=console.on_progress)
        finished = open_run(run, listeners, graph_path=graph, device=device)
        files = export_run(finished, out, config.export, listeners)
    _print_files(files, as_json=as_json)


@app.command()
def embed(
    run: RunFolder,
    kg: GraphFile,
    out: Annotated[Path, typer.Option("--out", help="file to write; a folder for the projector")],
    format_: Annotated[ExportFormat, typer.Option("--format", help="file format")] = "parquet",
    set_: Settings = None,
    device: DeviceOption = None,
    as_json: AsJson = False,
) -> None:
    """Embed all nodes of another graph, also those that training never saw."""
    config = apply_overrides(_prepare_run(run), [*(set_ or ()), f"export.format={format_}"])
    from hgt_studio.pipeline import Listeners, embed_other_graph, open_run

    with Console(quiet=as_json) as console:
        listeners = Listeners(console.on_event, console.on_progress)
        finished = open_run(run, listeners, device=device)
        files = embed_other_graph(finished, kg, out, config.export, listeners)
    _print_files(files, as_json=as_json)


@app.command()
def devices(as_json: AsJson = False) -> None:
    """List the devices and why one is absent."""
    prepare_environment(RunConfig().device)
    from hgt_studio.device.selection import describe_devices

    rows = describe_devices()
    if as_json:
        _print_json({row.name: {name: getattr(row, name) for name in row.__slots__} for row in rows})
        return
    for row in rows:
        if row.is_available:
            print(f"{row.name:6}{row.hardware}, {human_bytes(row.total_bytes)}")
        else:
            print(f"{row.name:6}not available: {row.reason}")


app.command()(estimate)
app.command()(doctor)


def _settings(config: Path | None, overrides: list[str] | None, device: DeviceName | None) -> RunConfig:
    """The settings of a command; the environment is prepared for them before anything imports torch."""
    settings = load_config(config) if config else RunConfig()
    settings = apply_overrides(settings, [*(overrides or ()), *([f"device.name={device}"] if device else ())])
    prepare_environment(settings.device)
    return settings


def _prepare_run(run: Path) -> RunConfig:
    if not (run / "run.toml").is_file():
        raise RunDirectoryError(f"{run}: is not a run directory (it has no run.toml); train into it first")
    return _settings(run / "run.toml", None, None)


def _train(kg: Path, out: Path, settings: RunConfig, *, resume: bool, as_json: bool) -> None:
    from hgt_studio.pipeline import Listeners, train_run

    with Console(quiet=as_json) as console, _cancelled_by_interrupt() as cancel:
        listeners = Listeners(console.on_event, console.on_progress, cancel)
        result = train_run(kg, out, settings, listeners, resume=resume)
    _print_metrics(result.to_dict(), as_json=as_json)


@contextmanager
def _cancelled_by_interrupt() -> Iterator[CancelToken]:
    """A token that the first Ctrl-C cancels; a second one interrupts as usual."""
    token = CancelToken()

    def interrupt(*_: Any) -> None:
        signal.signal(signal.SIGINT, previous)
        token.cancel()

    previous = signal.signal(signal.SIGINT, interrupt)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, previous)


def _print_metrics(metrics: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _print_json(metrics)
        return
    test, health = metrics.get("test"), metrics.get("health")
    if test and health:
        names = ("mrr", "hits@1", "hits@3", "hits@10", "auroc", "average_precision")
        print_table(("test edges", "value"), [(name, test[name]) for name in names])
        print(f"embeddings: {health['verdict']}")
    if "directory" in metrics:
        print(f"{metrics['directory']}: {metrics['seconds']:.0f} s, peak {human_bytes(metrics['peak_bytes'])}")


def _print_files(files: "Sequence[WrittenFile]", *, as_json: bool) -> None:
    if as_json:
        rows = [{"path": str(f.path), "rows": f.rows, "size_bytes": f.size_bytes, "sha256": f.sha256} for f in files]
        _print_json({"files": rows})
        return
    for file in files:
        print(f"{file.path}: {file.rows:,} rows, {human_bytes(file.size_bytes)}")


def _print_json(values: dict[str, Any]) -> None:
    print(json.dumps(values, ensure_ascii=False))
