"""What each part of the estimate is made of, in words; float32 takes 4 bytes a number, an index 8."""

_FORMULAS = {
    "node embeddings": "nodes x hidden x 4",
    "node features": "nodes x features x 4",
    "weights": "matrices by type (4 x hidden x hidden per node type and layer) and by relation (2 x hidden x hidden / "
    "heads per triplet and layer), projection and decoder, x 4",
    "gradients": "one number for every weight and node embedding",
    "gradients/node embeddings": "nodes x hidden x 4, one buffer for the whole run",
    "gradients/weights": "as the weights",
    "optimiser state": "AdamW's two moments of every weight and node embedding",
    "optimiser state/node embeddings": "2 x nodes x hidden x 4",
    "optimiser state/weights": "2 x weights",
    "small tensors": "losses, counters and vectors as long as the questions of a batch",
    "library workspace": "scratch memory of cuBLAS, 32 MiB for each thread: one forward, one more backward",
    "batch": "index arrays and masks of the planned shape",
    "batch/indices": "(rows + segments + 3 x edges + questions) x 8",
    "batch/indices of the last batch": "what the last batch's loss still holds while the next one is computed",
    "batch/masks": "2 x supervision edges x seed rows + pairs x pairs, a byte each",
    "layer": "activations of one HGT layer in training",
    "kept for backward": "what backward reads again: normalised rows, keys and values (2 x rows x hidden), queries and "
    "messages (segments x hidden), attention weights (edges x heads)",
    "working memory": "what lives inside one operation: keys and values of the edges (2 x edges x hidden), gathered "
    "weights, gradients on their way",
    "input": "rows x (hidden + features) x 4, what the layers start from",
    "embeddings of the seeds": "seed rows x embedding x 4, and their gradient",
    "decoder and negatives": "both ends of every supervision edge against all seed rows",
    "decoder and negatives/scores": "2 x supervision edges x seed rows x 4, and as much for masks and gradients",
    "decoder and negatives/queries": "2 x supervision edges x embedding x 4, with weights and offsets",
    "relation loss": "supervision edges x embedding x 4, up to fourteen times, and supervision edges x triplets x 4, "
    "up to six times",
    "N3": "absolute values of the numbers of seed rows and relations: seed rows x embedding x 4, half with complex "
    "numbers, and their way back",
    "uniformity": "seed rows x seed rows and seed rows x embedding, x 4",
    "contrastive block": "pairs x pairs similarities and 2 x pairs x embedding vectors, x 4",
    "inference": "all nodes, layer by layer, in chunks that fit the working memory of the evaluation settings",
    "inference/input of all nodes": "nodes x hidden x 4, on the host",
    "inference/chunk": "rows and segments of a chunk x hidden x 4",
    "inference/edges of a chunk": "edges of a block x hidden x 4, scores of all edges x heads x 4",
    "inference/keys and values of all nodes": "2 x nodes x hidden x 4, on the device where they fit, else on the host",
    "inference/vectors of all nodes": "nodes x (hidden + embedding) x 4, on the host",
    "inference/copies between host and device": "what is on its way",
    "ranking": "held-out edges against all nodes of the right type, in blocks that fit the working memory",
    "ranking/embeddings of all nodes": "nodes x embedding x 4",
    "ranking/copy of the embeddings": "nodes x embedding x 4",
    "ranking/scores": "queries x nodes of the largest type x 4, compared and counted",
    "ranking/queries": "queries x embedding x 4",
    "export": "the embeddings as they are written",
    "allocator slack": "what the device's allocator adds when it rounds blocks up",
    "graph": "edges and relations of the graph and of the part that messages pass over, memory-mapped from the cache",
    "node table": "ids, names and vocabularies of the nodes, memory-mapped from the cache",
    "known edges": "index of known answers, for negatives and for filtered ranking: 12 bytes an edge, twice",
    "split": "training, validation and test edges: 10 bytes a fact",
    "supervision": "order of the training edges, and where they lie: 20 bytes a fact",
    "samplers": "scratch arrays of every sampling thread: 12 bytes a node",
    "prefetch queue": "batches kept ready or being made, x bytes of a batch on the host",
}


def formula(path: str) -> str:
    """In words, for a path such as "layer 1/kept for backward"."""
    if path.startswith("layer "):
        path = path.partition("/")[2] or "layer"
    return _FORMULAS[path]
