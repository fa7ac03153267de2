"""Decoders: a query against candidates gives the score that the formula gives edge by edge."""

import torch

from hgt_studio.model.decoder import DistMultDecoder, make_decoder


def test_dot_ignores_the_relation() -> None:
    torch.manual_seed(0)
    known, candidates = torch.randn(3, 4), torch.randn(5, 4)
    decoder = make_decoder("dot", num_triplets=2, dim=4)
    scores = decoder.score(decoder.query(known, torch.tensor([0, 3, 1])), candidates)
    torch.testing.assert_close(scores, torch.einsum("id,jd->ij", known, candidates))


def test_distmult_weighs_by_triplet_and_shifts_by_question() -> None:
    """score = sum_d (known_d * weight[triplet]_d + offset[question]_d) * candidate_d, for either missing end."""
    torch.manual_seed(0)
    decoder = make_decoder("distmult", num_triplets=3, dim=4)
    assert isinstance(decoder, DistMultDecoder)
    torch.nn.init.normal_(decoder.weight)
    torch.nn.init.normal_(decoder.offset)
    known, candidates = torch.randn(6, 4), torch.randn(5, 4)
    question = torch.tensor([0, 1, 2, 3, 4, 5])
    scores = decoder.score(decoder.query(known, question), candidates)
    for i, number in enumerate(question.tolist()):
        for j in range(5):
            query = known[i] * decoder.weight[number % 3] + decoder.offset[number]
            torch.testing.assert_close(scores[i, j], (query * candidates[j]).sum())


def test_distmult_starts_as_a_scaled_dot_product() -> None:
    torch.manual_seed(0)
    known, candidates = torch.randn(2, 16), torch.randn(5, 16)
    decoder = make_decoder("distmult", num_triplets=1, dim=16)
    scores = decoder.score(decoder.query(known, torch.tensor([0, 1])), candidates)
    torch.testing.assert_close(scores, known @ candidates.T / 4)
