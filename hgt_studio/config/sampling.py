"""How a batch is drawn from the graph."""

from typing import Annotated, Literal

from pydantic import Field

from hgt_studio.config.field import Section, setting

SamplerName = Literal["neighbour", "budget"]
FanOutRule = Literal["balanced", "uniform", "per_relation"]
Samples = Annotated[int, Field(ge=1, le=100_000)]


class SamplingConfig(Section):
    """Seed nodes and their sampled neighbourhood."""

    batch_size: int = setting(
        2048, "Batch", "seed nodes per batch: end points of supervision edges, negatives and contrastive pairs",
        unit="nodes", ge=8, le=65536,
    )  # fmt: skip
    sampler: SamplerName = setting(
        "neighbour", "Sampler", "neighbour: a fan-out per hop; budget: HGT's own importance sampling per node type"
    )
    num_neighbors: tuple[Samples, ...] = setting(
        (10, 5), "Fan-out", "neighbours sampled per node, one number for each layer, from the seeds outwards"
    )
    fan_out_rule: FanOutRule = setting(
        "balanced", "Fan-out rule",
        "balanced: the fan-out is shared evenly among the relations of a node; uniform: all its edges are alike; "
        "per_relation: the fan-out counts for each relation (PyG's meaning)",
    )  # fmt: skip
    num_samples: tuple[Samples, ...] = setting(
        (512, 512), "Budget", "nodes sampled per node type, one number for each layer (budget sampler)", unit="nodes"
    )
    hide_supervision: bool = setting(
        True, "Hide supervision edges", "edges that are scored, and their reverses, carry no messages in their batch",
        advanced=True,
    )  # fmt: skip
    edge_dropout: float = setting(
        0.0, "Edge dropout", "share of the sampled edges that carry no messages, drawn anew for every batch",
        ge=0.0, lt=1.0, advanced=True,
    )  # fmt: skip
    relation_exponent: float = setting(
        1.0, "Relation exponent",
        "supervision edges of a relation go with their number to this power: 1 in proportion, 0 all relations alike",
        ge=0.0, le=1.0, advanced=True,
    )  # fmt: skip
    negative_share: float = setting(
        0.25, "Negative share", "share of the seeds drawn uniformly as negatives; end points of other edges serve too",
        ge=0.05, le=0.75, advanced=True,
    )  # fmt: skip
    contrastive_share: float = setting(
        0.125, "Contrastive share", "share of the seeds that are contrastive pairs, when there is a contrastive loss",
        ge=0.01, le=0.5, advanced=True,
    )  # fmt: skip
    supervision_factor: float = setting(
        8.0, "Supervision factor",
        "how many times the drawn supervision edges a batch may ask: training edges that happen to lie between "
        "its seeds cost no further neighbours; 1: the drawn ones alone",
        ge=1.0, le=64.0, advanced=True,
    )  # fmt: skip
    filter_negatives: bool = setting(
        True, "Filter negatives", "a known training edge is never used as a negative", advanced=True
    )
    prefetch_threads: int = setting(
        2, "Sampling threads", "threads that sample beside the device", ge=0, le=64, advanced=True
    )
    prefetch_batches: int = setting(4, "Prefetch", "batches kept ready", unit="batches", ge=1, le=256, advanced=True)
