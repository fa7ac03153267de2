"""Optimisation, objective and when to stop."""

from typing import Literal

from hgt_studio.config.field import Section, setting

LinkLossName = Literal["sampled_softmax", "binary_cross_entropy", "self_adversarial"]


class TrainingConfig(Section):
    """An epoch is one pass of seeds as large as the node table, ceil(nodes / batch size) batches, or a least number."""

    num_epochs: int = setting(100, "Epochs", "passes over the nodes as seeds", unit="epochs", ge=1, le=100_000)
    least_batches: int = setting(
        32,
        "Least batches",
        "an epoch has no fewer batches than this, so that small graphs get enough steps",
        unit="batches",
        ge=1,
        le=10_000,
        advanced=True,
    )
    learning_rate: float = setting(0.001, "Learning rate", "peak step size of AdamW", gt=0.0, le=1.0)
    gradient_accumulation_steps: int = setting(
        1,
        "Accumulation",
        "batches whose gradients are averaged before one optimiser step",
        unit="batches",
        ge=1,
        le=1024,
    )
    embedding_rate: float = setting(
        5.0,
        "Embedding rate",
        "node embeddings and decoder learn at so many times the learning rate: a batch holds few of the nodes",
        gt=0.0,
        le=100.0,
        advanced=True,
    )
    layer_rate_share: float = setting(
        0.1,
        "Layer rate",
        "HGT layers learn at this share of the learning rate beside learned node embeddings: faster, they learn the "
        "training edges by heart; without node embeddings they learn at the full rate",
        gt=0.0,
        le=1.0,
        advanced=True,
    )
    weight_decay: float = setting(0.0, "Weight decay", "AdamW's decoupled decay of the layer weights", ge=0.0, le=1.0)
    warmup_share: float = setting(
        0.02, "Warm-up", "share of all steps in which the learning rate rises from zero", ge=0.0, le=0.5, advanced=True
    )
    final_learning_rate_share: float = setting(
        0.05,
        "Final rate",
        "what the cosine decay leaves of the learning rate at the end",
        ge=0.0,
        le=1.0,
        advanced=True,
    )
    clip_norm: float = setting(
        1.0,
        "Clip gradients",
        "largest norm of the layer gradients; 0 turns clipping off",
        ge=0.0,
        le=1e6,
        advanced=True,
    )
    link_loss: LinkLossName = setting(
        "sampled_softmax",
        "Link loss",
        "sampled softmax over the negatives in the batch; binary cross-entropy; or self-adversarial, which is binary "
        "cross-entropy with more weight on negatives that score high",
    )
    adversarial_temperature: float = setting(
        1.0,
        "Adversarial temperature",
        "of the self-adversarial loss: low, the hardest negatives alone count; high, all count alike",
        gt=0.0,
        le=100.0,
        advanced=True,
    )
    query_dropout: float = setting(
        0.1,
        "Query dropout",
        "share of the numbers of an embedding that are dropped where training asks for the other end of its edges: "
        "nodes with the same neighbours stay apart",
        ge=0.0,
        lt=1.0,
        advanced=True,
    )
    label_smoothing: float = setting(
        0.1,
        "Label smoothing",
        "share of the link loss's target that is taken from the answer and spread over all candidates",
        ge=0.0,
        lt=1.0,
        advanced=True,
    )
    relation_weight: float = setting(
        4.0,
        "Relation weight",
        "r in link loss + r x relation loss, which asks which relation joins two nodes, where there are several "
        "between their types",
        ge=0.0,
        le=100.0,
    )
    n3_weight: float = setting(
        0.0,
        "N3 weight",
        "n in link loss + n x N3, the third powers of the numbers in an edge's embeddings and relation: keeps training "
        "from learning edges by heart where lengths are free",
        ge=0.0,
        le=100.0,
    )
    uniformity_weight: float = setting(
        0.3,
        "Uniformity weight",
        "u in link loss + u x uniformity: how strongly embeddings are spread over all directions",
        ge=0.0,
        le=100.0,
    )
    contrastive_weight: float = setting(
        0.1, "Contrastive weight", "w in (1 - w) x link loss + w x contrastive loss", ge=0.0, le=1.0
    )
    similarity_threshold: float = setting(
        0.1, "Similarity threshold", "pairs with a Jaccard similarity above this attract each other", ge=0.0, lt=1.0
    )
    contrastive_node_type: str = setting("disease", "Contrastive type", "node type of the contrastive pairs")
    contrastive_relation: str = setting(
        "disease_protein", "Contrastive relation", "relation whose neighbour sets are compared"
    )
    temperature: float = setting(
        0.1, "Temperature", "temperature of the contrastive loss (InfoNCE)", gt=0.0, le=10.0, advanced=True
    )
    patience: int = setting(
        10, "Patience", "evaluations without improvement before training stops; 0: never stop early", ge=0, le=10_000
    )
    checkpoint_every_epochs: int = setting(
        5,
        "Checkpoint every",
        "epochs between checkpoints of the last state",
        unit="epochs",
        ge=1,
        le=1000,
        advanced=True,
    )
    seed: int = setting(0, "Seed", "seed of initialisation, sampling and dropout", ge=0)
