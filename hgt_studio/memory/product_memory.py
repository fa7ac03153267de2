"""Memory of the products in `model/grouped.py`, step by step: by type and by relation, forward and backward."""

from hgt_studio.memory.ledger import Account, Block
from hgt_studio.memory.network_sizes import NetworkSizes


def linear_forward(out: Account, work: Account, net: NetworkSizes, rows: int, tile: int, width: int) -> Block:
    """`typed_linear` from hidden to `width`. Returns its result."""
    if not net.on_tiles:
        return out.floats(rows * width)
    tiles = rows // tile
    gathered, bias = work.floats(tiles * net.hidden * width), work.floats(tiles * width)
    result = out.floats(rows * width)
    work.ledger.free(gathered, bias)
    return result


def linear_backward(
    work: Account, gradients: Account, net: NetworkSizes, rows: int, tile: int, width: int
) -> tuple[Block, Block, Block]:
    """Returns the gradients of rows, weight and bias."""
    tiles, matrix = rows // tile, net.hidden * width
    if net.on_tiles:
        gathered = work.floats(tiles * matrix)
        of_rows = work.floats(rows * net.hidden)
        work.ledger.free(gathered)
        of_weight, per_tile = gradients.floats(net.types * matrix), work.floats(tiles * matrix)
        work.ledger.free(per_tile)
        of_bias, sums = gradients.floats(net.types * width), work.floats(tiles * width)
    else:
        of_rows, of_weight = work.floats(rows * net.hidden), gradients.floats(net.types * matrix)
        sums, of_bias = work.floats(tiles * width), gradients.floats(net.types * width)
    work.ledger.free(sums)
    return of_rows, of_weight, of_bias


def relation_forward(out: Account, work: Account, net: NetworkSizes, segments: int, tile: int) -> Block:
    """`relation_product`. Returns its result. With one head, rows need not be reordered."""
    ledger, size = work.ledger, segments * net.hidden
    gathered = work.floats(segments // tile * net.hidden * net.head_dim)
    if net.heads == 1:
        result = out.floats(size)
    else:
        by_head = work.floats(size)
        product = work.floats(size)
        ledger.free(by_head)
        result = out.floats(size)
        ledger.free(product)
    ledger.free(gathered)
    return result


def relation_backward(
    work: Account, gradients: Account, net: NetworkSizes, segments: int, tile: int
) -> tuple[Block, Block]:
    """Returns the gradients of the rows and of the relation matrices."""
    ledger, size = work.ledger, segments * net.hidden
    matrices = segments // tile * net.hidden * net.head_dim
    by_head = [] if net.heads == 1 else [work.floats(size), work.floats(size)]
    per_tile = work.floats(matrices)
    ledger.free(*by_head[1:])
    of_weight, gathered = gradients.floats(net.relation_weights), work.floats(matrices)
    of_rows = work.floats(size)
    if net.heads > 1:
        product, of_rows = of_rows, work.floats(size)
        ledger.free(product)
    ledger.free(gathered, per_tile, *by_head[:1])
    return of_rows, of_weight
