"""Checkpoints: all of the state comes back, and what is broken or foreign is refused in one line."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from hgt_studio.errors import RunDirectoryError
from hgt_studio.model.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.optimiser import make_optimiser
from tests.helpers.batches import small_config

CONFIG = small_config()
STATE = TrainingState(step=7, closed_step=6, best=0.125, since_best=3)


def network_of(num_nodes: int = 20, seed: int = 0, num_triplets: int = 4) -> HGTNetwork:
    torch.manual_seed(seed)
    return HGTNetwork(CONFIG, num_nodes, 3, num_triplets)


def trained(seed: int) -> tuple[HGTNetwork, torch.optim.AdamW]:
    """A network and an optimiser after two steps with random gradients."""
    network = network_of(seed=seed)
    optimiser = make_optimiser(network, CONFIG.training)
    for _ in range(2):
        for parameter in network.parameters():
            parameter.grad = torch.randn_like(parameter)
        optimiser.step()
    return network, optimiser


def moments(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    states = optimiser.state_dict()["state"]
    return {f"{number} {name}": value for number, state in states.items() for name, value in state.items()}


def test_weights_optimiser_and_state_come_back(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    network, optimiser = trained(seed=1)
    save_checkpoint(path, network, STATE, optimiser)
    other, other_optimiser = trained(seed=2)
    assert load_checkpoint(path, other, other_optimiser) == STATE
    for got, expected in zip(other.parameters(), network.parameters(), strict=True):
        assert torch.equal(got, expected)
    found, expected_moments = moments(other_optimiser), moments(optimiser)
    assert found.keys() == expected_moments.keys()
    assert len(found) == 3 * len(list(network.parameters()))
    assert all(torch.equal(found[name], expected_moments[name]) for name in found)


def test_a_first_state_without_any_best_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, network_of(), TrainingState())
    assert load_checkpoint(path, network_of()) == TrainingState()


def test_training_cannot_go_on_without_the_optimiser(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    network, optimiser = trained(seed=1)
    save_checkpoint(path, network, STATE)
    with pytest.raises(RunDirectoryError, match="no optimiser state"):
        load_checkpoint(path, network, optimiser)


@pytest.mark.parametrize("content", [b"", b"\x10\x00\x00\x00\x00\x00\x00\x00{}", b"not a checkpoint at all"])
def test_broken_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "last.safetensors"
    path.write_bytes(content)
    with pytest.raises(RunDirectoryError, match="broken") as error:
        load_checkpoint(path, network_of())
    assert "\n" not in str(error.value)


def test_a_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, network_of(), STATE)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RunDirectoryError, match="broken"):
        load_checkpoint(path, network_of())


def test_safetensors_of_another_program(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "last.safetensors"
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(RunDirectoryError, match="broken"):
        load_checkpoint(path, network_of())


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="no such checkpoint; train first"):
        load_checkpoint(tmp_path / "last.safetensors", network_of())


@pytest.mark.parametrize("foreign", [{"num_nodes": 21}, {"num_triplets": 5}])
def test_the_checkpoint_of_another_graph_is_refused_and_nothing_changes(
    tmp_path: Path, foreign: dict[str, int]
) -> None:
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, network_of(**foreign), STATE)
    network = network_of(seed=5)
    before = network.embedding.weight.detach().clone()
    with pytest.raises(RunDirectoryError, match="another model or graph"):
        load_checkpoint(path, network)
    assert torch.equal(network.embedding.weight, before)


def test_a_failed_write_keeps_the_older_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "last.safetensors"
    with pytest.raises(RunDirectoryError, match="there is no folder"):
        save_checkpoint(path, network_of(), STATE)
    path.parent.mkdir()
    save_checkpoint(path, network_of(), STATE)
    before = path.read_bytes()
    broken = network_of(seed=1)
    broken.embedding.weight = torch.nn.Parameter(torch.empty(20, 16, device="meta"))
    with pytest.raises(NotImplementedError):
        save_checkpoint(path, broken, STATE)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
