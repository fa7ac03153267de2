"""A batch: index arrays and masks of one planned shape, in two buffers, so that two copies bring it to a device."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from hgt_studio.sampling.pack import Usage
from hgt_studio.sampling.shape import BatchShape
from hgt_studio.sampling.subgraph import Int32Array


class TypeRun(NamedTuple):
    """Consecutive rows of one node type within one hop."""

    hop: int
    node_type: int
    first_row: int
    end_row: int


@dataclass(frozen=True)
class Batch:
    """A sampled, padded, supervised batch on the host.

    indices: int32, shape (shape.num_indices,), the arrays of `shape.index_fields` one after the other.
    masks: bool, shape (shape.num_mask_values,), the masks of `shape.mask_fields` one after the other.
    runs: which rows hold which type; known on the host only, for devices that work on slices.
    """

    index: int
    shape: BatchShape
    indices: Tensor
    masks: Tensor
    runs: tuple[TypeRun, ...]
    usage: Usage

    @property
    def num_bytes(self) -> int:
        return self.indices.nbytes + self.masks.nbytes

    def to(self, device: torch.device) -> "DeviceBatch":
        """The batch on a device: one copy for the indices, one for the masks; indices become int64 there."""
        indices = self.indices.to(device, non_blocking=True).long()
        return DeviceBatch.of(self.shape, self.runs, indices, self.masks.to(device, non_blocking=True))


@dataclass(frozen=True)
class DeviceBatch:
    """The arrays of a batch on its device, in the order of the shape's fields. Indices are int64, masks bool.

    node_ids: global number of each row. tile_type: node type of each tile of rows.
    segment_destination: destination row of each segment. tile_triplet: triplet of each tile of segments.
    edge_source: row. edge_segment: segment. edge_destination: row.
    seed_count: how many nodes each seed row stands for as a negative, in 1 / COUNT_UNITS; zero for padding.
    positive_source, positive_destination: seed rows; positive_triplet.
    positive_weight: what each supervision edge counts for, in 1 / WEIGHT_UNITS; zero for padding.
    pair_first, pair_second: seed rows of contrastive pairs.
    source_candidates, destination_candidates: (positives, seed rows), true at the true end and its negatives.
    pair_candidates: (pairs, pairs), true where the second of pair j is the partner of the first of pair i, or unlike.
    """

    shape: BatchShape
    runs: tuple[TypeRun, ...]
    node_ids: Tensor
    tile_type: Tensor
    segment_destination: Tensor
    tile_triplet: Tensor
    edge_source: Tensor
    edge_segment: Tensor
    edge_destination: Tensor
    seed_count: Tensor
    positive_source: Tensor
    positive_triplet: Tensor
    positive_destination: Tensor
    positive_weight: Tensor
    pair_first: Tensor
    pair_second: Tensor
    source_candidates: Tensor
    destination_candidates: Tensor
    pair_candidates: Tensor

    @classmethod
    def of(cls, shape: BatchShape, runs: tuple[TypeRun, ...], indices: Tensor, masks: Tensor) -> "DeviceBatch":
        """The arrays as views of the two buffers of a batch; indices: int64."""
        shapes = list(shape.mask_fields.values())
        parts = torch.split(masks, [rows * columns for rows, columns in shapes])
        return cls(
            shape,
            runs,
            *torch.split(indices, list(shape.index_fields.values())),
            *(part.view(size) for part, size in zip(parts, shapes, strict=True)),
        )


def index_views(buffer: Int32Array, shape: BatchShape) -> dict[str, Int32Array]:
    """The named index arrays of a buffer, as views."""
    bounds = np.cumsum(list(shape.index_fields.values()))
    return dict(zip(shape.index_fields, np.split(buffer, bounds[:-1]), strict=True))


def mask_views(buffer: npt.NDArray[np.bool_], shape: BatchShape) -> dict[str, npt.NDArray[np.bool_]]:
    """The named masks of a buffer, as views."""
    sizes = [rows * columns for rows, columns in shape.mask_fields.values()]
    parts = np.split(buffer, np.cumsum(sizes)[:-1])
    return {name: part.reshape(size) for (name, size), part in zip(shape.mask_fields.items(), parts, strict=True)}


def type_runs(tile_type: Int32Array, usage: Usage, shape: BatchShape) -> tuple[TypeRun, ...]:
    """Consecutive used tiles of one type, hop by hop."""
    runs: list[TypeRun] = []
    first_tile = 0
    for hop, (rows, used) in enumerate(zip(shape.nodes, usage.node_tiles.tolist(), strict=True)):
        types = tile_type[first_tile : first_tile + used]
        for start, end in pairwise([*np.flatnonzero(np.diff(types, prepend=-1)).tolist(), used]):
            bounds = (first_tile + start) * shape.node_tile, (first_tile + end) * shape.node_tile
            runs.append(TypeRun(hop, int(types[start]), *bounds))
        first_tile = rows // shape.node_tile
    return tuple(runs)
