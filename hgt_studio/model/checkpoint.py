"""Checkpoints: weights, optimiser state and a few numbers in one safetensors file, written atomically."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from hgt_studio.atomic_file import atomic_write
from hgt_studio.errors import RunDirectoryError


@dataclass(frozen=True)
class TrainingState:
    """Where a run stands.

    step: finished optimiser steps. closed_step: the last of them after which the end of an epoch was dealt with, its
    evaluation included. best, since_best: of early stopping.
    """

    step: int = 0
    closed_step: int = 0
    best: float = -math.inf
    since_best: int = 0


def save_checkpoint(
    path: Path, network: nn.Module, state: TrainingState, optimiser: torch.optim.Optimizer | None = None
) -> None:
    """Write a checkpoint; without an optimiser it serves for inference only.

    Raises:
        RunDirectoryError: the file cannot be written (the older one stays).
    """
    tensors = {f"model.{name}": value for name, value in network.state_dict().items()}
    if optimiser is not None:
        for number, values in optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{number}.{name}": value for name, value in values.items()}
    on_host = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    size = sum(value.nbytes for value in on_host.values())
    with atomic_write(path, RunDirectoryError, needed_bytes=size) as file:
        try:
            save_file(on_host, file.name, metadata={"state": json.dumps(asdict(state))})
        except SafetensorError as error:
            raise RunDirectoryError(f"{path}: the checkpoint cannot be written ({error})") from None


def saved_shape(path: Path, name: str) -> tuple[int, ...]:
    """Shape of a weight in a checkpoint; empty if it has none of that name, or cannot be read."""
    try:
        with safe_open(path, framework="pt") as file:
            return tuple(file.get_slice(f"model.{name}").get_shape())
    except (SafetensorError, OSError):
        return ()


def load_checkpoint(path: Path, network: nn.Module, optimiser: torch.optim.Optimizer | None = None) -> TrainingState:
    """Fill a network, and an optimiser, from a checkpoint.

    Raises:
        RunDirectoryError: the file is missing, broken, or belongs to another model or graph.
    """
    if not path.is_file():
        raise RunDirectoryError(f"{path}: there is no such checkpoint; train first")
    try:
        with safe_open(path, framework="pt") as file:
            state = TrainingState(**json.loads(file.metadata()["state"]))
            tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise RunDirectoryError(f"{path}: the checkpoint is broken ({error}); delete it") from None
    weights = {name.removeprefix("model."): value for name, value in tensors.items() if name.startswith("model.")}
    _check_same_model(path, network, weights)
    network.load_state_dict(weights)
    if optimiser is not None:
        _load_optimiser(path, optimiser, tensors)
    return state


def _check_same_model(path: Path, network: nn.Module, weights: dict[str, Tensor]) -> None:
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in weights.items()}
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise RunDirectoryError(
                f"{path}: the checkpoint is of another model or graph ({name} is {found.get(name, 'absent')} there, "
                f"{expected.get(name, 'absent')} here); use the settings and the graph it was trained with"
            )


def _load_optimiser(path: Path, optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, number, key = name.split(".", 2)
            state.setdefault(int(number), {})[key] = value
    if not state:
        raise RunDirectoryError(f"{path}: the checkpoint has no optimiser state; training cannot go on from it")
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
