"""Memory of an evaluation (`Judge.evaluate`: inference, then ranking) and of an export, with a run's model around."""

from hgt_studio.config import RunConfig
from hgt_studio.memory.graph_sizes import GraphSizes
from hgt_studio.memory.inference_memory import InferenceMemory, InferenceSizes
from hgt_studio.memory.input_memory import take_inputs_of_all_nodes
from hgt_studio.memory.ledger import Ledger, Peak
from hgt_studio.memory.network_sizes import NetworkSizes
from hgt_studio.memory.training_memory import take_model

# As in training/ranking.py, which this room cannot import; a test compares them.
MAX_BLOCK_QUERIES = 256
FILTER_CHUNK = 1 << 15
BYTES_PER_SCORE = 12


def evaluation_peaks(config: RunConfig, net: NetworkSizes, graph: GraphSizes) -> tuple[Peak, Peak]:
    """The peaks on the device of an evaluation, and of an export, which does all but rank."""
    budget_bytes = config.evaluation.memory_budget_mib << 20
    device = Ledger(net.device_kind)
    host = device if net.device_kind == "cpu" else Ledger()
    take_model(device, net, threads=1)
    inputs = take_inputs_of_all_nodes(device, host, net)
    if net.layers:
        vectors = InferenceMemory(device, host, net, InferenceSizes.of(budget_bytes, net, graph)).run()
    else:
        vectors = host.account("inference/vectors of all nodes").floats(net.nodes * net.embedding)
    host.free(*inputs)
    export = device.peak()
    if net.device_kind != "cpu":
        device.take("ranking/embeddings of all nodes", vectors.num_bytes)
    _rank_block(device, net, graph, budget_bytes)
    return device.peak(), export


def _rank_block(ledger: Ledger, net: NetworkSizes, graph: GraphSizes, budget_bytes: int) -> None:
    """`_rank_block` of the node type whose scores are the most."""
    score_counts = [0]
    for nodes, edges in zip(graph.nodes, graph.edges_into_types(), strict=True):
        if edges:
            score_counts.append(nodes * min(max(budget_bytes // (BYTES_PER_SCORE * nodes), 1), MAX_BLOCK_QUERIES))
    scores, queries = ledger.account("ranking/scores"), ledger.account("ranking/queries")
    size = MAX_BLOCK_QUERIES * net.embedding
    for _ in range(1 if net.decoder == "dot" else 4):  # known ends, weights, offsets, queries
        queries.floats(size)
    scores.floats(max(score_counts))
    queries.free(queries.indices(FILTER_CHUNK))
    comparison, as_integers = scores.bytes(max(score_counts)), scores.floats(max(score_counts))
    scores.free(comparison, as_integers)
