"""Memory of `segment_attention`, step by step, forward and backward: by kernels on the CPU, else by operations."""

from hgt_studio.memory.ledger import Account, Block
from hgt_studio.memory.network_sizes import NetworkSizes


def attention_forward(
    kept: Account, work: Account, net: NetworkSizes, sizes: tuple[int, int, int]
) -> tuple[Block, Block]:
    """sizes: edges, segments, destinations. Returns the weights and the sums."""
    num_edges, segments, destinations = sizes
    edges, scores, per_destination = num_edges * net.hidden, num_edges * net.heads, destinations * net.heads
    if not net.on_tiles:
        weight, message = kept.floats(scores), kept.floats(segments * net.hidden)
        work.free(work.floats(per_destination), work.floats(per_destination))
        return weight, message
    edge_key_value, picked, product = work.floats(2 * edges), work.floats(edges), work.floats(edges)
    work.free(picked)
    score = work.floats(scores)
    work.free(product)
    peak, picked, weight = work.floats(per_destination), work.floats(scores), kept.floats(scores)
    work.free(picked)
    total, picked = work.floats(per_destination), work.floats(scores)
    work.free(picked)
    message, weighted = kept.floats(segments * net.hidden), work.floats(edges)
    work.free(weighted, edge_key_value, score, peak, total)
    return weight, message


def attention_backward(work: Account, net: NetworkSizes, sizes: tuple[int, int, int], rows: int) -> tuple[Block, Block]:
    """sizes: edges, segments, destinations. Returns the gradients of queries, and of keys and values."""
    num_edges, segments, destinations = sizes
    edges, scores, per_destination = num_edges * net.hidden, num_edges * net.heads, destinations * net.heads
    if not net.on_tiles:
        grad_weight, total = work.floats(scores), work.floats(per_destination)
        of_query, of_key_value = work.floats(segments * net.hidden), work.floats(2 * rows * net.hidden)
        work.free(grad_weight, total)
        return of_query, of_key_value
    edge_key_value, grad, product = work.floats(2 * edges), work.floats(edges), work.floats(edges)
    sums = work.floats(scores)
    work.free(product)
    grad_weight = work.floats(scores)
    work.free(sums)
    total, picked, shares = work.floats(per_destination), work.floats(scores), work.floats(scores)
    work.free(picked)
    grad_score = work.floats(scores)
    work.free(shares, grad)
    of_query, product = work.floats(segments * net.hidden), work.floats(edges)
    work.free(product)
    work.free(work.floats(edges))
    of_key_value = work.floats(2 * rows * net.hidden)
    work.free(edge_key_value, grad_weight, total, grad_score)
    return of_query, of_key_value
