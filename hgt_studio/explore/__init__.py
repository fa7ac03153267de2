"""What people do with embeddings: see them on a map, find nodes, their neighbours, and candidates for new edges."""

from hgt_studio.explore.candidates import Candidate, CandidateRanker
from hgt_studio.explore.neighbours import Neighbour, nearest_neighbours
from hgt_studio.explore.projection import principal_plane
from hgt_studio.explore.search import find_nodes
from hgt_studio.explore.space import EmbeddingSpace, open_space
from hgt_studio.explore.umap_process import umap_plane, why_no_umap

__all__ = [
    "Candidate",
    "CandidateRanker",
    "EmbeddingSpace",
    "Neighbour",
    "find_nodes",
    "nearest_neighbours",
    "open_space",
    "principal_plane",
    "umap_plane",
    "why_no_umap",
]
