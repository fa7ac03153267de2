"""HGT Studio: Heterogeneous Graph Transformer embeddings of a knowledge graph, on the computer in front of you.

    import hgt_studio
    graph = hgt_studio.load_graph("kg.csv")
    result = hgt_studio.train("kg.csv", "runs/first")
    hgt_studio.export("runs/first", "embeddings.csv", format="csv")

The functions are imported when first used, so that `import hgt_studio` takes no time and loads no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hgt_studio.version import VERSION

if TYPE_CHECKING:
    from hgt_studio.graph import load_graph
    from hgt_studio.library import embed_graph, export, generate_hgt_embeddings, train

__all__ = ["embed_graph", "export", "generate_hgt_embeddings", "load_graph", "train"]
__version__ = VERSION

_ROOM_OF = {
    "load_graph": "hgt_studio.graph",
    "train": "hgt_studio.library",
    "export": "hgt_studio.library",
    "embed_graph": "hgt_studio.library",
    "generate_hgt_embeddings": "hgt_studio.library",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'hgt_studio' has no attribute '{name}'")
    return getattr(import_module(_ROOM_OF[name]), name)
