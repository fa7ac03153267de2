"""A connected part of a graph with a given number of nodes, in which all node types have their share."""

import numpy as np

from hgt_studio.graph.kernel import kernel
from hgt_studio.graph.knowledge_graph import IntArray, KnowledgeGraph
from hgt_studio.graph.subgraph import Mask


def connected_part(graph: KnowledgeGraph, num_nodes: int) -> Mask:
    """bool, shape (graph.num_nodes,): at most `num_nodes` nodes that hang together, the same ones every time.

    Grows breadth-first within the largest component, from its node of most edges. The next node comes from the type
    that lags furthest behind its share of the component, among the types that the part touches.
    """
    edges = graph.edges()
    ptr, neighbour = _adjacency(edges.source, edges.destination, graph.num_nodes)
    component = _components(ptr, neighbour)
    largest = component == np.bincount(component).argmax()
    degree = np.diff(ptr)
    start = int(np.where(largest, degree, -1).argmax())
    population = np.bincount(graph.node_type[largest], minlength=len(graph.node_types))
    return _grow(ptr, neighbour, graph.node_type, graph.type_ptr, population, start, num_nodes)


@kernel
def _adjacency(source: IntArray, destination: IntArray, num_nodes: int) -> tuple[IntArray, IntArray]:
    """Neighbours of each node in either direction: ptr int64, shape (num_nodes + 1,); neighbour int32."""
    ptr = np.zeros(num_nodes + 1, np.int64)
    for e in range(len(source)):
        ptr[source[e] + 1] += 1
        ptr[destination[e] + 1] += 1
    for node in range(num_nodes):
        ptr[node + 1] += ptr[node]
    place = ptr[:-1].copy()
    neighbour = np.empty(2 * len(source), np.int32)
    for e in range(len(source)):
        neighbour[place[source[e]]] = destination[e]
        place[source[e]] += 1
        neighbour[place[destination[e]]] = source[e]
        place[destination[e]] += 1
    return ptr, neighbour


@kernel
def _components(ptr: IntArray, neighbour: IntArray) -> IntArray:
    """int32, shape (num_nodes,): the connected component of each node, numbered by their first nodes."""
    component = np.full(len(ptr) - 1, -1, np.int32)
    queue = np.empty(len(ptr) - 1, np.int32)
    count = 0
    for root in range(len(component)):
        if component[root] >= 0:
            continue
        component[root] = count
        queue[0] = root
        done, queued = 0, 1
        while done < queued:
            node = queue[done]
            done += 1
            for e in range(ptr[node], ptr[node + 1]):
                other = neighbour[e]
                if component[other] < 0:
                    component[other] = count
                    queue[queued] = other
                    queued += 1
        count += 1
    return component


@kernel
def _grow(
    ptr: IntArray,
    neighbour: IntArray,
    node_type: IntArray,
    type_ptr: IntArray,
    population: IntArray,
    start: int,
    num_nodes: int,
) -> Mask:
    """Nodes next to the part wait in a queue for each type; `queue` holds that of type t from `type_ptr[t]` on."""
    keep = np.zeros(len(node_type), np.bool_)
    seen = np.zeros(len(node_type), np.bool_)
    queue = np.empty(len(node_type), np.int32)
    head = type_ptr[:-1].copy()
    tail = type_ptr[:-1].copy()
    taken = np.zeros(len(population), np.int64)
    node = start
    seen[start] = True
    for _ in range(num_nodes):
        keep[node] = True
        taken[node_type[node]] += 1
        for e in range(ptr[node], ptr[node + 1]):
            other = neighbour[e]
            if not seen[other]:
                seen[other] = True
                queue[tail[node_type[other]]] = other
                tail[node_type[other]] += 1
        best = -1
        for t in range(len(population)):
            if head[t] < tail[t] and (best < 0 or taken[t] * population[best] < taken[best] * population[t]):
                best = t
        if best < 0:
            break
        node = queue[head[best]]
        head[best] += 1
    return keep
