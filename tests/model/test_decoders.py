"""Decoders: a query against candidates gives the score that the formula gives edge by edge."""

from typing import Any, get_args

import numpy as np
import pytest
import torch
from torch import Tensor

from hgt_studio.config.architecture import DecoderName
from hgt_studio.model.decoder import make_decoder

TRIPLETS, DIM = 3, 6
LAST = torch.tensor([DIM // 2 - 1, DIM - 1])  # the last complex number of an embedding


def random_decoder(name: DecoderName) -> Any:
    decoder = make_decoder(name, TRIPLETS, DIM).double()
    for parameter in decoder.parameters():
        torch.nn.init.normal_(parameter)
    return decoder.requires_grad_(False)


def as_complex(rows: Tensor) -> Any:
    real, imaginary = np.split(rows.numpy(), 2, axis=-1)
    return real + 1j * imaginary


def by_definition(name: DecoderName, decoder: Any, source: Tensor, triplet: int, destination: Tensor) -> float:
    """The score of an edge without offset, from the formula of the paper."""
    s, d = as_complex(source), as_complex(destination)
    match name:
        case "dot":
            return float(source @ destination)
        case "distmult":
            return float(torch.sum(source * decoder.weight[triplet] * destination))
        case "complex":
            weight = decoder.real[triplet].numpy() + 1j * decoder.imaginary[triplet].numpy()
            return float(np.sum(s * weight * np.conj(d)).real)
        case "rotate":
            rotation = np.exp(1j * decoder.angle[triplet].numpy())
            return float(decoder.margin) - float(np.linalg.norm(s[:-1] * rotation - d[:-1]))


@pytest.mark.parametrize("name", get_args(DecoderName))
def test_both_questions_about_an_edge_give_the_score_of_the_formula(name: DecoderName) -> None:
    """Whether the destination is asked for or the source: the inverse question undoes what the relation does."""
    torch.manual_seed(0)
    nodes, decoder = torch.randn(5, DIM, dtype=torch.float64), random_decoder(name)
    if name != "dot":
        torch.nn.init.zeros_(decoder.offset)
    for triplet in range(TRIPLETS):
        expected = [[by_definition(name, decoder, source, triplet, destination) for destination in nodes]
                    for source in nodes]  # fmt: skip
        forward, backward = torch.full((5,), triplet), torch.full((5,), TRIPLETS + triplet)
        np.testing.assert_allclose(decoder.score(decoder.query(nodes, forward), nodes), expected)
        np.testing.assert_allclose(decoder.score(decoder.query(nodes, backward), nodes).T, expected)


@pytest.mark.parametrize("name", ["distmult", "complex", "rotate"])
def test_every_question_shifts_its_query_by_an_offset_of_its_own(name: DecoderName) -> None:
    torch.manual_seed(0)
    known, decoder = torch.randn(2 * TRIPLETS, DIM, dtype=torch.float64), random_decoder(name)
    question = torch.randperm(2 * TRIPLETS)
    shifted = decoder.query(known, question)
    offset = decoder.offset.clone()
    torch.nn.init.zeros_(decoder.offset)
    torch.testing.assert_close(shifted - decoder.query(known, question), offset[question])


@pytest.mark.parametrize("name", ["distmult", "complex", "rotate"])
def test_every_relation_between_two_nodes_scores_as_when_its_destination_is_asked_for(
    name: DecoderName,
) -> None:
    torch.manual_seed(0)
    (source, destination), decoder = torch.randn(2, 5, DIM, dtype=torch.float64), random_decoder(name)
    found = decoder.score_relations(source, destination)
    for triplet in range(TRIPLETS):
        scores = decoder.score(decoder.query(source, torch.full((5,), triplet)), destination)
        torch.testing.assert_close(found[:, triplet], scores.diagonal())


def test_a_popular_node_is_the_likelier_answer_wherever_it_lies() -> None:
    """RotatE's last complex number: what a question makes of it adds to the score, and no distance hears of it."""
    torch.manual_seed(0)
    decoder = make_decoder("rotate", TRIPLETS, DIM).double().requires_grad_(False)
    known, candidates = torch.randn(2, DIM, dtype=torch.float64), torch.randn(4, DIM, dtype=torch.float64)
    popularity = as_complex(candidates)[:, -1]
    near = torch.ones(DIM).index_fill(0, LAST, 0.0)
    without = candidates * near
    for side, of_side in ((0, popularity.real), (1, popularity.imag)):
        query = decoder.query(known, torch.tensor([side * TRIPLETS, side * TRIPLETS + 1]))
        gain = decoder.score(query, candidates) - decoder.score(query, without)
        np.testing.assert_allclose(gain, np.broadcast_to(of_side, (2, 4)))
        torch.testing.assert_close(decoder.target(query), query * near)


@pytest.mark.parametrize("name", ["distmult", "complex"])
def test_products_start_as_the_dot_product(name: DecoderName) -> None:
    torch.manual_seed(0)
    known, candidates = torch.randn(2, 16), torch.randn(5, 16)
    decoder = make_decoder(name, num_triplets=1, dim=16)
    scores = decoder.score(decoder.query(known, torch.tensor([0, 1])), candidates)
    torch.testing.assert_close(scores.detach(), known @ candidates.T)


def test_distances_have_the_gradient_of_their_formula_and_none_is_broken_at_zero() -> None:
    torch.manual_seed(0)
    query, candidates = (torch.randn(4, DIM, dtype=torch.float64, requires_grad=True) for _ in range(2))
    decoder = make_decoder("rotate", TRIPLETS, DIM).double()
    weight = torch.randn(4, 4, dtype=torch.float64)
    parts = query, candidates, decoder.margin
    near = torch.ones(DIM).index_fill(0, LAST, 0.0)
    popularity = query[:, LAST] @ candidates[:, LAST].t()
    by_formula = decoder.margin - torch.cdist(query * near, candidates * near) + popularity
    found = torch.autograd.grad((decoder.score(query, candidates) * weight).sum(), parts)
    expected = torch.autograd.grad((by_formula * weight).sum(), parts)
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs)
    same = (torch.randn(3, DIM) * near).requires_grad_()
    decoder = decoder.float()
    scores = decoder.score(same, same)
    torch.testing.assert_close(scores.diagonal().detach(), torch.full((3,), 6.0), atol=2e-3, rtol=0.0)
    scores.sum().backward()
    assert bool(same.grad.isfinite().all())
