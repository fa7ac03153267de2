"""The graphs of the study, each with its split: the same for every model."""

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_path

from hgt_studio.config import DataConfig
from hgt_studio.graph import load_graph
from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.known import KnownEdges
from hgt_studio.graph.split import Split, split_graph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.training.evaluation_set import EvaluationSet, draw_evaluation_set
from hgt_studio.training.judge import HeldOut

_PACKED = ("real_large", "hetionet")
_TRIPLE_FILES = {"umls": "umls", "codex": "codex-m"}
PLANTED = "planted-"  # followed by the scale


@dataclass(frozen=True, eq=False)
class StudyGraph:
    """A graph, its split by pairs of nodes, and all its edges, which evaluation filters."""

    graph: KnowledgeGraph
    split: Split
    known: KnownEdges

    def questions(self, held_out: HeldOut, max_edges_per_relation: int) -> EvaluationSet:
        """The same questions for every model; 0: all edges."""
        edges = self.split.validation if held_out == "validation" else self.split.test
        return draw_evaluation_set(
            edges, self.known, self.graph, max_edges_per_relation=max_edges_per_relation, seed=DataConfig().split_seed
        )


@lru_cache(maxsize=2)
def study_graph(name: str) -> StudyGraph:
    """The graph of that name with the split that the engine itself makes."""
    data = DataConfig()
    graph = load_graph(graph_file(name), data)
    split = split_graph(graph, data.validation_share, data.test_share, data.split_seed)
    return StudyGraph(graph, split, KnownEdges.build(graph.edges(), graph.num_nodes))


def graph_file(name: str) -> Path:
    """The edge table of a graph, written into the cache folder if it does not lie in the data folder as a table."""
    packed = data_folder() / f"{name}.csv.gz"
    if packed.exists():
        return packed
    path = user_cache_path("hgt-studio") / "benchmarks" / f"{name}.csv"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.csv")
        _write(name, part)
        part.rename(path)
    return path


def data_folder() -> Path:
    """Where the real graphs lie: HGT_STUDIO_BENCHMARK_DATA, else shared/data beside the repository."""
    default = Path(__file__).resolve().parents[3] / "../shared/data"
    return Path(os.environ.get("HGT_STUDIO_BENCHMARK_DATA", default))


def _write(name: str, path: Path) -> None:
    if name.startswith(PLANTED):
        write_sample_graph(path, scale=float(name.removeprefix(PLANTED)), seed=0)
    elif name in _PACKED:
        subprocess.run([sys.executable, data_folder() / "expand.py", name, path], check=True)
    else:
        folder = data_folder() / _TRIPLE_FILES[name]
        triples = "".join((folder / f"{part}.txt").read_text() for part in ("train", "valid", "test"))
        path.write_text("head,relation,tail\n" + triples.replace("\t", ","))
