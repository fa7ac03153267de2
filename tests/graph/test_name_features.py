"""Hashed names against a plain recomputation, and what the hash is for: like names are near."""

import numpy as np
import pyarrow as pa
import pytest

from hgt_studio.graph.name_features import NAME_WIDTH, name_features
from tests.helpers.hashing import hashed


def recomputed(words: list[str]) -> np.ndarray:
    row = np.zeros(NAME_WIDTH)
    for word in words:
        padded = f" {word} ".encode()
        grams = [padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1)]
        for text in (word.encode(), *grams):
            row[hashed(text) % NAME_WIDTH] += 1 if hashed(text) >> 63 else -1
    return row / max(np.linalg.norm(row), 1e-12)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Fanconi Anemia", ["fanconi", "anemia"]),
        ("TP53", ["tp53"]),
        ("a", ["a"]),
        ("beta-Alanine (2R)", ["beta", "alanine", "2r"]),
        ("Sjögren É", ["sjögren", "é"]),
        ("-- !", []),
        ("", []),
        (None, []),
    ],
)
def test_words_and_their_letters_are_counted_by_sign(name: str | None, words: list[str]) -> None:
    others = ["before", name, "after"]
    found = name_features(pa.chunked_array([pa.array(others, pa.string())]))[1]
    np.testing.assert_allclose(found, recomputed(words), atol=1e-6)


def test_a_slice_of_a_column_has_the_features_of_its_names() -> None:
    names = pa.chunked_array([["one", "two"], ["three", "four"]])
    np.testing.assert_array_equal(name_features(names.slice(1, 2)), name_features(names)[1:3])


def test_like_names_are_near() -> None:
    names = ["type 2 diabetes mellitus", "diabetes mellitus type 1", "acute myeloid leukemia", "myeloid leukaemia"]
    rows = name_features(pa.chunked_array([names]))
    cosine = rows @ rows.T
    assert min(cosine[0, 1], cosine[2, 3]) > 0.5
    assert np.abs(cosine[:2, 2:]).max() < 0.35
