"""Judges a network: embeds all nodes over the training edges, ranks held-out edges, measures the space."""

from dataclasses import replace
from typing import Literal

import torch

from hgt_studio.graph.knowledge_graph import EdgeList
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.evaluation import Evaluation, evaluate_embeddings
from hgt_studio.training.evaluation_set import EvaluationSet, draw_evaluation_set
from hgt_studio.training.task import TrainingTask
from hgt_studio.typing import CancelToken

HeldOut = Literal["validation", "test"]


class Judge:
    """Asks the same questions at every evaluation of a run."""

    def __init__(self, task: TrainingTask, cancel: CancelToken) -> None:
        self._task, self._cancel = task, cancel
        self._sets: dict[HeldOut, EvaluationSet] = {}

    def can_ask(self, held_out: HeldOut) -> bool:
        """Whether edges were held out for this."""
        return len(self._edges(held_out)) > 0

    @torch.no_grad()
    def evaluate(self, network: HGTNetwork, held_out: HeldOut, budget_bytes: int) -> Evaluation:
        """Embed and rank on the network's device, within so much memory beside the network and the embeddings."""
        vectors = network.embed(self._task.split.message_graph, budget_bytes, cancel=self._cancel)
        evaluation = evaluate_embeddings(
            vectors.to(next(network.parameters()).device),
            network.decoder,
            self._questions(held_out),
            memory_budget_bytes=budget_bytes,
            seed=self._task.config.data.split_seed,
            cancel=self._cancel,
        )
        return replace(evaluation, leakage=self._task.leakage)

    def _edges(self, held_out: HeldOut) -> EdgeList:
        return self._task.split.validation if held_out == "validation" else self._task.split.test

    def _questions(self, held_out: HeldOut) -> EvaluationSet:
        if held_out not in self._sets:
            task, settings = self._task, self._task.config.evaluation
            most = settings.max_edges_per_relation if held_out == "validation" else settings.max_test_edges_per_relation
            self._sets[held_out] = draw_evaluation_set(
                self._edges(held_out), task.known, task.graph,
                max_edges_per_relation=most, seed=task.config.data.split_seed,
            )  # fmt: skip
        return self._sets[held_out]
