"""The neighbour sampler behind PyTorch Geometric's loaders, which then need neither pyg-lib nor torch-sparse."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch_geometric.sampler import (
    BaseSampler,
    EdgeSamplerInput,
    HeteroSamplerOutput,
    NegativeSampling,
    NodeSamplerInput,
)
from torch_geometric.sampler.neighbor_sampler import edge_sample, node_sample

from hgt_studio.config.sampling import FanOutRule
from hgt_studio.errors import InputError
from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.sampling.neighbours import NeighbourSampler
from hgt_studio.sampling.subgraph import Int64Array, Subgraph

_NO_PAIRS: Int64Array = np.empty(0, dtype=np.int64)


class NeighbourBaseSampler(BaseSampler):  # type: ignore[misc]
    """Samples for `NodeLoader` and `LinkLoader` on the `to_hetero_data` of the same graph.

    Features may be added to that data; its nodes and edges must stay as they are. Random numbers come from
    `torch.manual_seed` and the loader's workers, as everywhere in PyG.

    Args:
        graph: the graph.
        fan_outs: neighbours per node, a number for each hop, from the seeds outwards.
        rule: how a fan-out is read; "per_relation" is PyG's own reading.
    """

    def __init__(self, graph: KnowledgeGraph, fan_outs: tuple[int, ...], rule: FanOutRule = "balanced") -> None:
        super().__init__()
        self._graph, self._sampler = graph, NeighbourSampler(graph, fan_outs, rule)
        triplet = np.repeat(graph.segment_triplet, np.diff(graph.edge_ptr))
        self._number_in_triplet = _numbers_within(triplet, len(graph.triplets))

    def sample_from_nodes(self, index: NodeSamplerInput) -> HeteroSamplerOutput:
        """The neighbourhood of distinct nodes of one type.

        Raises:
            InputError: the loader's data is not a `HeteroData`, has an unknown node type, times or repeated seeds.
        """
        return node_sample(index, self._sample)

    def sample_from_edges(
        self, index: EdgeSamplerInput, neg_sampling: NegativeSampling | None = None
    ) -> HeteroSamplerOutput:
        """The neighbourhood of the end points of edges, and of negatives drawn by PyG's own rules.

        Raises:
            InputError: the loader's data is not a `HeteroData`, or has an unknown node type or times.
        """
        if index.time is not None:
            raise _no_times()
        counts = self._graph.counts_by_type()
        return edge_sample(index, self._sample, counts, disjoint=False, neg_sampling=neg_sampling)

    def _sample(self, seeds: Mapping[str, Tensor], seed_times: Mapping[str, Tensor] | None) -> HeteroSamplerOutput:
        if not isinstance(seeds, Mapping):
            raise InputError("the sampler works on typed nodes; give the loader the graph's to_hetero_data")
        if seed_times is not None:
            raise _no_times()
        graph = self._graph
        parts = [nodes.numpy() + graph.type_ptr[graph.type_number(name)] for name, nodes in seeds.items()]
        nodes = np.concatenate(parts).astype(np.int32)
        if len(np.unique(nodes)) < len(nodes):
            raise InputError("a batch names a node twice; give the loader distinct nodes")
        key = int(torch.randint(2**63 - 1, ()))
        return self._to_output(self._sampler.sample(nodes, _NO_PAIRS, key))

    def _to_output(self, subgraph: Subgraph) -> HeteroSamplerOutput:
        """Numbers within node types and triplets, in sampled order, so that seeds and near hops come first."""
        graph, nodes = self._graph, subgraph.nodes
        types = graph.node_type[nodes]
        row = _numbers_within(types, len(graph.node_types))
        edge = self._number_in_triplet[
            _find_edges(
                (graph.segment_ptr, graph.segment_triplet, graph.edge_ptr, graph.edge_source),
                nodes[subgraph.source], subgraph.triplet, nodes[subgraph.destination],
            )
        ]  # fmt: skip
        hop_of_node = np.repeat(np.arange(self._sampler.num_hops + 1), np.diff(subgraph.hop_ptr))
        by_type = _Groups(types, graph.node_types)
        by_triplet = _Groups(subgraph.triplet, [tuple(triplet) for triplet in graph.triplets])
        return HeteroSamplerOutput(
            node=by_type.split(nodes - graph.type_ptr[types]),
            row=by_triplet.split(row[subgraph.source]),
            col=by_triplet.split(row[subgraph.destination]),
            edge=by_triplet.split(edge),
            num_sampled_nodes=by_type.counts(hop_of_node, self._sampler.num_hops + 1),
            num_sampled_edges=by_triplet.counts(hop_of_node[subgraph.destination], self._sampler.num_hops),
        )


class _Groups:
    """Things by what they are, each group in the order given.

    keys: shape (num_things,), positions in `names`.
    """

    def __init__(self, keys: IntArray, names: Sequence[Hashable]) -> None:
        self._order, self._names = np.argsort(keys, kind="stable"), names
        self._bounds = np.searchsorted(keys[self._order], np.arange(1, len(names)))

    def split(self, values: IntArray) -> dict[Hashable, Tensor]:
        """The values of each group, int64."""
        parts = np.split(values[self._order].astype(np.int64), self._bounds)
        return {name: torch.from_numpy(part) for name, part in zip(self._names, parts, strict=True)}

    def counts(self, hops: IntArray, num_hops: int) -> dict[Hashable, list[int]]:
        """How many of each group belong to each hop."""
        parts = np.split(hops[self._order], self._bounds)
        return {
            name: np.bincount(part, minlength=num_hops).tolist() for name, part in zip(self._names, parts, strict=True)
        }


@kernel
def _numbers_within(keys: IntArray, num_keys: int) -> Int64Array:
    """Each thing's number among those with the same key. shape: (num_things,)."""
    seen, numbers = np.zeros(num_keys, np.int64), np.empty(len(keys), np.int64)
    for i, key in enumerate(keys):
        numbers[i] = seen[key]
        seen[key] += 1
    return numbers


@kernel
def _find_edges(
    graph: tuple[IntArray, IntArray, IntArray, IntArray], source: IntArray, triplet: IntArray, destination: IntArray
) -> Int64Array:
    """The position of each (source, triplet, destination) among the graph's edges. shape: (num_edges,)."""
    segment_ptr, segment_triplet, edge_ptr, edge_source = graph
    found = np.empty(len(source), np.int64)
    for i in range(len(source)):
        first, last = segment_ptr[destination[i]], segment_ptr[destination[i] + 1]
        segment = first + np.searchsorted(segment_triplet[first:last], triplet[i])
        begin, end = edge_ptr[segment], edge_ptr[segment + 1]
        found[i] = begin + np.searchsorted(edge_source[begin:end], source[i])
    return found


def _no_times() -> InputError:
    return InputError("the sampler knows no times; leave the loader's times unset")
