"""The one door for graph files: from a path and the settings to the graph that a run works on."""

from pathlib import Path

from hgt_studio.config import DataConfig
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
    graph = read_table(Path(path), config.columns, progress, cancel)
    graph = filter_graph(graph, config)
    if config.add_reverse_edges and graph.report.one_way_edges != 0:
        graph = add_reverse_edges(graph)
    return graph
