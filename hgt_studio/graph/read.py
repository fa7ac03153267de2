"""The one door for graph files: from a path and the settings to the graph that a run works on."""

from dataclasses import replace
from pathlib import Path

from hgt_studio.config import ColumnMapping, DataConfig
from hgt_studio.graph.cache import CacheWriteError, cache_key, open_cached, store
from hgt_studio.graph.filters import filter_graph
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.reverse import add_reverse_edges
from hgt_studio.graph.table_reader import read_table
from hgt_studio.typing import CancelToken, ProgressCallback

_DEFAULTS = DataConfig()


def load_graph(
    path: str | Path,
    config: DataConfig = _DEFAULTS,
    *,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    use_cache: bool = True,
) -> KnowledgeGraph:
    """Read an edge table (.csv, .csv.gz, .tsv, .txt, .parquet), or open its cache, and apply the settings.

    Raises:
        InputError: the file cannot be read, does not hold what it should, or lacks what the settings name.
        CancelledError: the user stopped it.
    """
    path = Path(path)
    read = _read_cached if use_cache else read_table
    return apply_settings(read(path, config.columns, progress, cancel), config)


def apply_settings(graph: KnowledgeGraph, config: DataConfig) -> KnowledgeGraph:
    """What the settings keep of a graph that is read, with the reverse edges that they ask for.

    Raises:
        InputError: the graph lacks what the settings name, or nothing is left.
    """
    graph = filter_graph(graph, config)
    if config.add_reverse_edges and graph.report.one_way_edges != 0:
        graph = add_reverse_edges(graph)
    return graph


def _read_cached(
    path: Path, columns: ColumnMapping | None, progress: ProgressCallback | None, cancel: CancelToken | None
) -> KnowledgeGraph:
    """The table's graph from the cache, else read and then kept there, unless the file changed meanwhile."""
    key = cache_key(path, columns)
    graph = open_cached(key)
    if graph is not None:
        return graph
    graph = read_table(path, columns, progress, cancel)
    try:
        if cache_key(path, columns) == key:
            store(graph, key)
    except CacheWriteError as error:
        note = f"the graph could not be kept in the cache and will be read again next time ({error})"
        return replace(graph, report=replace(graph.report, notes=(*graph.report.notes, note)))
    return graph
