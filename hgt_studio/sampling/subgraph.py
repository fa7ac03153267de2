"""What a sampler returns: a small graph in local numbers, hop by hop."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph

BoolArray = npt.NDArray[np.bool_]
Int16Array = npt.NDArray[np.int16]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A sampled neighbourhood. Local numbers are positions in `nodes`.

    nodes: int32, shape (num_nodes,), global numbers, the seeds first, then hop by hop.
    hop_ptr: int64, shape (num_hops + 2,): the nodes first reached at hop h are hop_ptr[h] .. hop_ptr[h + 1] - 1.
    source, destination: int32, shape (num_edges,), local numbers; the edges into one node lie together.
    triplet: int16, shape (num_edges,).
    """

    nodes: Int32Array
    hop_ptr: Int64Array
    source: Int32Array
    destination: Int32Array
    triplet: Int16Array

    def without_edges(self, dropped: BoolArray) -> "Subgraph":
        """The same nodes with fewer edges. dropped: shape (num_edges,)."""
        kept = ~dropped
        return replace(self, source=self.source[kept], destination=self.destination[kept], triplet=self.triplet[kept])


class GraphArrays(NamedTuple):
    """The edges of a `KnowledgeGraph` as kernels take them."""

    segment_ptr: IntArray
    segment_triplet: IntArray
    edge_ptr: IntArray
    edge_source: IntArray

    @classmethod
    def of(cls, graph: KnowledgeGraph) -> "GraphArrays":
        return cls(graph.segment_ptr, graph.segment_triplet, graph.edge_ptr, graph.edge_source)


class Request(NamedTuple):
    """What a sampler is asked, as kernels take it; see `Sampler.sample`."""

    seeds: Int32Array
    hidden_pairs: Int64Array
    key: np.uint64


class Sampler(Protocol):
    """Draws the neighbourhood of seeds. Not for two threads at once; each thread works with a copy of its own."""

    num_hops: int

    def sample(self, seeds: Int32Array, hidden_pairs: Int64Array, key: int) -> Subgraph:
        """The neighbourhood of distinct `seeds` that belongs to the random `key`, without the edges of hidden pairs.

        seeds: int32, shape (num_seeds,), global numbers. hidden_pairs: int64, sorted `pair_keys` of seed pairs.
        """
        ...

    def copy(self) -> "Sampler":
        """A sampler of the same graph and settings for another thread."""
        ...


def pair_keys(first: Int32Array, second: Int32Array, num_nodes: int) -> Int64Array:
    """Sorted keys of unordered node pairs: smaller number x num_nodes + larger number. shape: (num_pairs,)."""
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second)
    return np.sort(low * num_nodes + high)


@kernel
def is_hidden(hidden_pairs: Int64Array, first: int, second: int, num_nodes: int) -> bool:
    """Whether sorted `pair_keys` hold a pair of nodes."""
    key = np.int64(min(first, second)) * num_nodes + max(first, second)
    at = np.searchsorted(hidden_pairs, key)
    return bool(at < len(hidden_pairs) and hidden_pairs[at] == key)


@kernel
def resized(array: npt.NDArray[Number], length: int) -> npt.NDArray[Number]:
    """A copy of a one-dimensional array with a new length; what is new is not initialised."""
    out = np.empty(length, array.dtype)
    kept = min(length, len(array))
    out[:kept] = array[:kept]
    return out
