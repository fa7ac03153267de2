"""What opening a graph file takes, in a worker thread: nothing here knows Qt."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hgt_studio.config import ColumnMapping, DataConfig
from hgt_studio.errors import HgtStudioError, InputError
from hgt_studio.typing import CancelToken, Progress

if TYPE_CHECKING:
    from hgt_studio.graph.knowledge_graph import KnowledgeGraph
    from hgt_studio.graph.statistics import GraphStatistics
    from hgt_studio.graph.table_preview import TablePreview

SAMPLE_SCALE = 0.05


@dataclass(eq=False)
class Load:
    """One loading, as the worker thread and the main thread share it. `latest`: the progress not yet told."""

    path: Path
    is_sample: bool = False
    cancel: CancelToken = field(default_factory=CancelToken)
    latest: Progress | None = None

    def on_progress(self, progress: Progress) -> None:
        self.latest = progress


@dataclass(frozen=True, eq=False)
class Selection:
    """What the settings keep of a graph; `error` says why they keep nothing, then `graph` is the whole graph."""

    graph: "KnowledgeGraph"
    error: HgtStudioError | None = None


@dataclass(frozen=True, eq=False)
class OpenedGraph:
    """All that a file holds, whatever the filters."""

    path: Path
    file_bytes: int
    whole: "KnowledgeGraph"
    statistics: "GraphStatistics"


@dataclass(frozen=True, eq=False)
class Loaded:
    """What a loading came to. data: the settings used, with the column mapping of this file."""

    opened: OpenedGraph
    data: DataConfig
    selection: Selection


def read(load: Load, config: DataConfig) -> "Loaded | TablePreview":
    """All of a file, counted, and what the settings keep of it; or its head, if the columns have to be told."""
    from hgt_studio.graph import load_graph, preview_table
    from hgt_studio.graph.file_format import file_size_bytes
    from hgt_studio.graph.statistics import graph_statistics

    if load.is_sample:
        _write_sample(load)
    columns = _fitting_mapping(load.path, config.columns)
    if columns is None:
        preview = preview_table(load.path)
        if not preview.is_primekg:
            return preview
    everything = DataConfig(columns=columns, add_reverse_edges=False)
    whole = load_graph(load.path, everything, progress=load.on_progress, cancel=load.cancel)
    load.cancel.check()
    load.on_progress(Progress("counting", 0))
    data = config.model_copy(update={"columns": columns})
    opened = OpenedGraph(load.path, file_size_bytes(load.path), whole, graph_statistics(whole))
    return Loaded(opened, data, select(whole, data))


def _fitting_mapping(path: Path, mapping: ColumnMapping | None) -> ColumnMapping | None:
    """The mapping, unless it names columns that the table does not have."""
    from hgt_studio.graph import preview_table

    if mapping is None:
        return None
    columns = preview_table(path, mapping).columns
    return mapping if all(name in columns for _, name in mapping if name) else None


def select(whole: "KnowledgeGraph", config: DataConfig) -> Selection:
    """What `load_graph` makes of a graph that is already read."""
    from hgt_studio.graph.read import apply_settings

    try:
        return Selection(apply_settings(whole, config))
    except HgtStudioError as error:
        return Selection(whole, error)


def sample_path() -> Path:
    """Where the sample graph lies, or will."""
    from hgt_studio.graph.cache import cache_folder

    return cache_folder() / "sample-graph.csv"


def _write_sample(load: Load) -> None:
    """Write the sample graph unless it is there."""
    from hgt_studio.graph.synthetic import write_sample_graph

    if not load.path.exists():
        try:
            load.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{load.path.parent}: cannot be made ({error.strerror}); free or unlock the disk"
            ) from None
        write_sample_graph(load.path, SAMPLE_SCALE, progress=load.on_progress, cancel=load.cancel)
