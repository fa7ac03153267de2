"""Preparing a run: sizes, notices, and smaller batches for less memory."""

import numpy as np
import pytest

from hgt_studio.errors import TrainingError
from hgt_studio.graph.similarity import jaccard_pairs
from hgt_studio.model.decoders.complex import ComplExDecoder
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.task import prepare_task
from tests.helpers.batches import small_config, small_graph, small_task
from tests.helpers.graphs import graph_from_edges


@pytest.mark.parametrize(
    ("batch_size", "accumulated", "steps"), [(32, 2, 2), (32, 3, 2), (61, 1, 2), (62, 1, 2), (512, 4, 1)]
)
def test_an_epoch_shows_as_many_seeds_as_there_are_nodes(batch_size: int, accumulated: int, steps: int) -> None:
    task = small_task(f"sampling.batch_size={batch_size}", f"training.gradient_accumulation_steps={accumulated}")
    assert task.graph.num_nodes == 122
    assert task.steps_per_epoch == steps
    assert steps * accumulated * batch_size >= 122 > (steps - 1) * accumulated * batch_size
    assert task.num_steps == 4 * steps


def test_contrastive_pairs_come_from_training_edges_alone() -> None:
    task = small_task("data.test_share=0.4")
    expected = jaccard_pairs(task.split.message_graph, "disease", "associated", 0.1).pairs
    assert np.array_equal(task.pairs, expected)
    assert len(expected) != len(jaccard_pairs(task.graph, "disease", "associated", 0.1).pairs)


@pytest.mark.parametrize(
    ("override", "notice"),
    [
        ("training.contrastive_node_type=diseases", "no node type 'diseases'; did you mean 'disease'?"),
        ("training.contrastive_relation=asociated", "did you mean 'associated'?"),
        ("training.similarity_threshold=0.99", "fewer than two pairs"),
    ],
)
def test_without_similar_pairs_the_user_is_told_and_the_seeds_go_to_edges(override: str, notice: str) -> None:
    task = small_task(override)
    assert len(task.pairs) == 0
    (text,) = task.notices
    assert text.startswith("no contrastive loss: ")
    assert notice in text
    assert task.shape.pairs == 0
    assert task.shape.positives > small_task().shape.positives
    assert small_task().notices == ()


def test_switched_off_it_is_no_news() -> None:
    task = small_task("training.contrastive_weight=0.0")
    assert (task.notices, task.shape.pairs) == ((), 0)


def test_what_auto_means_for_few_nodes_is_told() -> None:
    task = small_task("architecture.decoder=auto")
    (text,) = task.notices
    assert text.startswith("the graph has 122 nodes, so decoder 'auto' is ComplEx")
    assert task.config == small_config("architecture.decoder=auto").suited_to(122)
    network = HGTNetwork.for_graph(small_config("architecture.decoder=auto"), task.graph)
    assert isinstance(network.decoder, ComplExDecoder)


@pytest.mark.parametrize("decoder", ["complex", "distmult"])
def test_what_a_decoder_of_products_wants_is_told(decoder: str) -> None:
    (text,) = small_task(f"architecture.decoder={decoder}", "architecture.embedding_length=9.6").notices
    assert "set architecture.embedding_length to 0 and training.n3_weight to 0.1" in text
    assert small_task(f"architecture.decoder={decoder}", "architecture.embedding_length=0").notices == ()


def test_half_batches_make_the_same_steps() -> None:
    task = small_task()
    smaller = task.with_half_batches()
    assert smaller is not None
    assert (smaller.config.sampling.batch_size, smaller.config.training.gradient_accumulation_steps) == (16, 4)
    assert (smaller.steps_per_epoch, smaller.num_steps) == (task.steps_per_epoch, task.num_steps)
    assert smaller.shape.nodes[-1] < task.shape.nodes[-1]
    assert smaller.shape.positives < task.shape.positives
    assert prepare_task(small_graph(), smaller.config, "cpu").shape == smaller.shape
    smallest = smaller.with_half_batches()
    assert smallest is not None
    assert smallest.with_half_batches() is None


def test_nothing_to_train_on() -> None:
    graph = graph_from_edges({"a": 3, "b": 2}, [("a", "r", "b")], np.empty((0, 3)))
    with pytest.raises(TrainingError, match="no edge to train on; check the filters"):
        prepare_task(graph, small_config(), "cpu")
