"""Memory of layer-wise inference over all nodes, step by step (`model/inference.py`), as evaluation and export do it.

Loop variables hold the tensors of one turn until the next has made its own: two turns show the peak.
"""

from dataclasses import dataclass

from hgt_studio.memory.graph_sizes import GraphSizes
from hgt_studio.memory.ledger import Block, Ledger
from hgt_studio.memory.network_sizes import NetworkSizes
from hgt_studio.memory.product_memory import linear_forward, relation_forward
from hgt_studio.model.chunk_shape import EDGE_BLOCKS, SEGMENT_TILE, InferencePlan


@dataclass(frozen=True)
class InferenceSizes:
    """What `InferencePlan.within` makes of a budget, and the size of the largest chunk.

    keeps: whether keys and values of all nodes stay on the device. edges: of the largest chunk. padded_edges: the same
    with its blocks full.
    """

    keeps: bool
    rows: int
    segments: int
    segment_tile: int
    block_edges: int
    edges: int
    padded_edges: int
    chunks: int

    @classmethod
    def of(cls, budget_bytes: int, net: NetworkSizes, graph: GraphSizes) -> "InferenceSizes":
        plan = InferencePlan.within(budget_bytes, net.hidden, net.nodes, net.triplets)
        shape = plan.chunk
        most_edges = min(max(EDGE_BLOCKS * shape.block_edges, graph.max_in_degree), max(graph.edges_into_types()))
        blocks = max(1, -(-most_edges // shape.block_edges))
        chunks = sum(-(-nodes // (shape.rows - 1)) for nodes in graph.nodes)
        return cls(
            plan.keep_on_device,
            shape.rows,
            shape.segments,
            SEGMENT_TILE,
            shape.block_edges,
            most_edges,
            blocks * shape.block_edges,
            chunks,
        )


class InferenceMemory:
    """`embed_all_nodes` on a ledger of the device and one of the host, which are the same one on the CPU."""

    def __init__(self, device: Ledger, host: Ledger, net: NetworkSizes, sizes: InferenceSizes) -> None:
        self._net, self._sizes, self._on_host = net, sizes, net.device_kind == "cpu"
        self._chunk = device.account("inference/chunk")
        self._edges = device.account("inference/edges of a chunk")
        self._store = (device if sizes.keeps else host).account("inference/keys and values of all nodes")
        self._vectors = host.account("inference/vectors of all nodes")
        self._staging = host.account("inference/copies between host and device")

    def run(self) -> Block:
        """All layers. Returns the embeddings of all nodes, on the host."""
        net, x, store = self._net, list[Block](), list[Block]()
        turns = range(min(2, self._sizes.chunks))
        for number in range(1, net.layers + 1):
            filled = self._fill_store(copies_rows=number > 1 and not self._on_host)
            self._store.free(*store)
            store, last = [filled], number == net.layers
            out = self._vectors.floats(net.nodes * (net.embedding if last else net.hidden))
            held = list[Block]()
            for _ in turns:
                held = self._embed_chunk(held, project=last, copies_rows=number > 1 and not self._on_host)
            self._chunk.free(*held)
            self._vectors.free(*x)
            x = [out]
        self._store.free(*store)
        return x[0]

    def _fill_store(self, *, copies_rows: bool) -> Block:
        """`_keys_and_values`. copies_rows: whether the rows come from the host."""
        net, sizes, chunk = self._net, self._sizes, self._chunk
        size, store, held = sizes.rows * net.hidden, self._store.floats(2 * net.nodes * net.hidden), list[Block]()
        for _ in range(min(2, sizes.chunks)):
            rows = self._take_rows(copies_rows)
            chunk.free(*held[:1])
            normed = self._norm()
            both = linear_forward(chunk, chunk, net, sizes.rows, sizes.rows, 2 * net.hidden)
            chunk.free(*normed, *held[1:])
            if not sizes.keeps and not self._on_host:
                packed, staged = chunk.floats(size), self._staging.floats(size)
                chunk.free(packed)
                self._staging.free(staged)
            held = [rows, both]
        chunk.free(*held)
        return store

    def _take_rows(self, copies_rows: bool) -> Block:
        rows = self._chunk.floats(self._sizes.rows * self._net.hidden)
        if copies_rows:
            self._chunk.free(self._chunk.floats(self._sizes.rows * self._net.hidden))
        return rows

    def _norm(self) -> list[Block]:
        """Layer normalisation; means and deviations are dropped at once."""
        if not self._net.normalize:
            return []
        rows = self._sizes.rows
        normed, statistics = self._chunk.floats(rows * self._net.hidden), self._chunk.floats(2 * rows)
        self._chunk.free(statistics)
        return [normed]

    def _embed_chunk(self, held: list[Block], *, project: bool, copies_rows: bool) -> list[Block]:
        """One turn of the loop over chunks. held: rows and output of the turn before. Returns those of this turn."""
        net, sizes, chunk = self._net, self._sizes, self._chunk
        size = sizes.rows * net.hidden
        rows = self._take_rows(copies_rows)
        chunk.free(*held[:1])
        normed = self._norm()
        attended = self._attend()
        chunk.free(*normed)
        y = chunk.floats(size)
        chunk.free(attended, *held[1:])
        projected = self._project() if project else []
        if not self._on_host:
            self._staging.free(self._staging.floats(sizes.rows * (net.embedding if project else net.hidden)))
        chunk.free(*projected)
        return [rows, y]

    def _project(self) -> list[Block]:
        """`HGTEncoder.output`."""
        size, lengths = self._sizes.rows * self._net.embedding, 2 * self._sizes.rows
        scaled = [self._chunk.floats(size), self._chunk.floats(lengths)] if self._net.fixes_length else []
        return [self._chunk.floats(size), *scaled]

    def _attend(self) -> Block:
        """`_update`. Returns the layer's output for the rows of a chunk."""
        net, sizes, chunk, edges = self._net, self._sizes, self._chunk, self._edges
        size, segments = sizes.rows * net.hidden, sizes.segments * net.hidden
        indices = list[Block]()
        if not self._on_host:
            per_edge = 3 if sizes.keeps else 2
            indices = [edges.indices(sizes.segments), *(edges.indices(sizes.padded_edges) for _ in range(per_edge))]
        queries = linear_forward(chunk, chunk, net, sizes.rows, sizes.rows, net.hidden)
        relation, picked = chunk.floats(net.relation_weights), chunk.floats(segments)
        query = relation_forward(chunk, chunk, net, sizes.segments, sizes.segment_tile)
        chunk.free(relation, picked, queries)
        message = self._attend_by_kernels() if self._on_host else self._attend_in_blocks()
        edges.free(*indices[1:])
        moved = relation_forward(chunk, chunk, net, sizes.segments, sizes.segment_tile)
        chunk.free(message)
        summed, activated = chunk.floats(size), chunk.floats(size)
        out = linear_forward(chunk, chunk, net, sizes.rows, sizes.rows, net.hidden)
        chunk.free(activated)
        result = chunk.floats(size)
        chunk.free(summed, out, moved, query)
        edges.free(*indices[:1])
        return result

    def _attend_by_kernels(self) -> Block:
        """`attend`, its weights dropped at once. Returns the sums for the segments."""
        net, sizes, edges = self._net, self._sizes, self._edges
        weight, message = edges.floats(sizes.edges * net.heads), self._chunk.floats(sizes.segments * net.hidden)
        edges.free(edges.floats(sizes.rows * net.heads), edges.floats(sizes.rows * net.heads), weight)
        return message

    def _attend_in_blocks(self) -> Block:
        """Returns the sums for the segments."""
        net, sizes, edges = self._net, self._sizes, self._edges
        weight, blocks = (
            edges.floats(sizes.padded_edges * net.heads),
            range(min(2, sizes.padded_edges // sizes.block_edges)),
        )
        key, product = list[Block](), list[Block]()
        for _ in blocks:
            key = self._replace(key, from_store=True)
            product = self._replace(product)
        peak, picked_scores = edges.floats(sizes.rows * net.heads), edges.floats(sizes.padded_edges * net.heads)
        edges.free(picked_scores)
        total, picked_scores = edges.floats(sizes.rows * net.heads), edges.floats(sizes.padded_edges * net.heads)
        edges.free(peak, total, picked_scores)
        message, value = self._chunk.floats(sizes.segments * net.hidden), list[Block]()
        for _ in blocks:
            value = self._replace(value, from_store=True)
        edges.free(weight, *key, *product, *value)
        return message

    def _replace(self, last: list[Block], *, from_store: bool = False) -> list[Block]:
        """A tensor of (block of edges, hidden) in place of the one of the turn before."""
        size = self._sizes.block_edges * self._net.hidden
        if from_store and not self._sizes.keeps and not self._on_host:
            self._staging.free(self._staging.floats(size))
        block = self._edges.floats(size)
        self._edges.free(*last)
        return [block]
