"""Whether the embeddings of a planted graph tell its communities apart."""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score
from torch import Tensor
from torch.nn import functional

from hgt_studio.graph.knowledge_graph import KnowledgeGraph
from hgt_studio.graph.synthetic import planted_communities


def recovered_communities(vectors: Tensor, graph: KnowledgeGraph, scale: float) -> dict[str, float]:
    """Adjusted mutual information of k-means clusters with the planted communities, by node type.

    vectors: (num_nodes, dim), clustered by direction (at length one), type by type, into as many clusters as there are
    communities. 1 is a perfect match, 0 what chance gives.
    """
    community = planted_communities(scale, seed=0)[graph.nodes["index"].to_numpy()]
    directions = functional.normalize(vectors, dim=1).cpu().numpy()
    result = {}
    for name in graph.node_types:
        rows = slice(graph.nodes_of(name).start, graph.nodes_of(name).stop)
        clusters = KMeans(len(np.unique(community)), n_init=100, random_state=0).fit_predict(directions[rows])
        result[name] = float(adjusted_mutual_info_score(community[rows], clusters))
    return result
