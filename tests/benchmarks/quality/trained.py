"""What every kind of model hands over to be judged, and how long it may train."""

import time
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from hgt_studio.model.decoder import Decoder


@dataclass(frozen=True, eq=False)
class Trained:
    """Embeddings on the device that computes, float32 (num_nodes, dim), and the decoder that they were trained with.

    seconds: of training, validation while training included. peak_bytes: of the device, in training and embedding.
    epochs: as the model itself counts them.
    """

    vectors: Tensor
    decoder: Decoder
    seconds: float
    peak_bytes: int
    epochs: int


@dataclass(frozen=True)
class Job:
    """One model on one graph with one seed.

    kind: "hgt_studio", "pykeen" or "reference". options: settings of that kind. dim: numbers of an exported vector.
    seconds: training ends after so many, with what was reached.
    """

    graph: str
    model: str
    kind: str
    options: Any
    seed: int
    dim: int
    seconds: float
    device: str


class Deadline:
    """Starts to run when it is made."""

    def __init__(self, seconds: float) -> None:
        self._start, self._seconds = time.monotonic(), seconds

    @property
    def elapsed_seconds(self) -> float:
        return time.monotonic() - self._start

    @property
    def left_seconds(self) -> float:
        return self._seconds - self.elapsed_seconds

    @property
    def passed(self) -> bool:
        return self.left_seconds < 0
