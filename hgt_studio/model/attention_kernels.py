"""Segment attention on the CPU, edge by edge: nothing of (edges x hidden) is ever written down.

Heads do not touch each other's numbers, so threads share the work by heads and the result does not depend on how
many there are.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hgt_studio.graph.kernel import fast_kernel

FloatArray = npt.NDArray[np.floating[Any]]
Edges = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]  # source, segment, destination


def attend(query: Tensor, key_value: Tensor, edges: Edges, num_destinations: int) -> tuple[Tensor, Tensor]:
    """The sums of `segment_attention`, shape like query, and the weights, shape (num_edges, heads).

    query: (num_segments, heads, dim). key_value: (num_rows, 2, heads, dim).
    """
    heads = query.size(1)
    weight, out = query.new_empty(edges[0].size, heads), torch.zeros_like(query)
    peak = query.new_full((num_destinations, heads), float("-inf"))
    total = query.new_zeros(num_destinations, heads)
    inputs, softmax = (query.numpy(), key_value.numpy()), (weight.numpy(), peak.numpy(), total.numpy())
    _over_heads(heads, lambda first, end: _attend(edges, inputs, softmax, out.numpy(), first, end))
    return out, weight


def attend_backward(
    query: Tensor, key_value: Tensor, weight: Tensor, grad: Tensor, edges: Edges, num_destinations: int
) -> tuple[Tensor, Tensor]:
    """Gradients of query and key_value, from the weights of `attend` and the gradient of its sums."""
    heads = query.size(1)
    grad_weight, total = torch.empty_like(weight), query.new_zeros(num_destinations, heads)
    grad_query, grad_key_value = torch.zeros_like(query), torch.zeros_like(key_value)
    inputs = query.numpy(), key_value.numpy(), weight.numpy(), grad.numpy()
    softmax, outputs = (grad_weight.numpy(), total.numpy()), (grad_query.numpy(), grad_key_value.numpy())
    _over_heads(heads, lambda first, end: _attend_backward(edges, inputs, softmax, outputs, first, end))
    return grad_query, grad_key_value


def _over_heads(heads: int, work: Callable[[int, int], None]) -> None:
    """Call `work(first, end)` for all heads, on as many threads as torch uses."""
    threads = min(torch.get_num_threads(), heads)
    if threads == 1:
        work(0, heads)
        return
    bounds = [heads * number // threads for number in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        for part in [pool.submit(work, first, end) for first, end in pairwise(bounds)]:
            part.result()


@fast_kernel
def _attend(
    edges: Edges, inputs: tuple[FloatArray, FloatArray], softmax: tuple[FloatArray, FloatArray, FloatArray],
    out: FloatArray, first: int, end: int,
) -> None:  # fmt: skip
    """Add to out, and fill the weights, for the heads first..end-1.

    softmax: weight per edge; peak (-inf) and total (zeros) per destination.
    """
    source, segment, destination = edges
    query, key_value = inputs
    weight, peak, total = softmax
    dim = query.shape[2]
    for edge in range(source.size):
        row = destination[edge]
        for head in range(first, end):
            q, k = query[segment[edge], head], key_value[source[edge], 0, head]
            score = q[0] * k[0]
            for i in range(1, dim):
                score += q[i] * k[i]
            weight[edge, head] = score
            peak[row, head] = max(peak[row, head], score)
    for edge in range(source.size):
        row = destination[edge]
        for head in range(first, end):
            weight[edge, head] = np.exp(weight[edge, head] - peak[row, head])
            total[row, head] += weight[edge, head]
    for edge in range(source.size):
        row = destination[edge]
        for head in range(first, end):
            share = weight[edge, head] / total[row, head]
            weight[edge, head] = share
            o, v = out[segment[edge], head], key_value[source[edge], 1, head]
            for i in range(dim):
                o[i] += share * v[i]


@fast_kernel
def _attend_backward(
    edges: Edges, inputs: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    softmax: tuple[FloatArray, FloatArray], outputs: tuple[FloatArray, FloatArray], first: int, end: int,
) -> None:  # fmt: skip
    """Add to the gradients of query and key_value for the heads first..end-1.

    softmax: room for the gradient of the weight per edge; totals (zeros) per destination.
    """
    source, segment, destination = edges
    query, key_value, weight, grad = inputs
    grad_weight, total = softmax
    grad_query, grad_key_value = outputs
    dim = query.shape[2]
    for edge in range(source.size):
        row = destination[edge]
        for head in range(first, end):
            g, share = grad[segment[edge], head], weight[edge, head]
            v, gv = key_value[source[edge], 1, head], grad_key_value[source[edge], 1, head]
            product = g[0] * v[0]
            for i in range(1, dim):
                product += g[i] * v[i]
            for i in range(dim):
                gv[i] += share * g[i]
            grad_weight[edge, head] = share * product
            total[row, head] += share * product
    for edge in range(source.size):
        row = destination[edge]
        for head in range(first, end):
            change = grad_weight[edge, head] - weight[edge, head] * total[row, head]
            q, gq = query[segment[edge], head], grad_query[segment[edge], head]
            k, gk = key_value[source[edge], 0, head], grad_key_value[source[edge], 0, head]
            for i in range(dim):
                gq[i] += change * k[i]
            for i in range(dim):
                gk[i] += change * q[i]
