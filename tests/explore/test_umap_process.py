"""UMAP in its own process."""

from importlib.util import find_spec

import numpy as np
import pytest

from hgt_studio.errors import CancelledError
from hgt_studio.explore.umap_process import UmapError, umap_plane, why_no_umap
from hgt_studio.typing import CancelToken


def two_clusters() -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    generator = np.random.default_rng(0)
    middles = np.repeat(np.eye(2, 10) * 8, 30, axis=0)
    return (middles + generator.normal(size=(60, 10))).astype(np.float32)


def test_without_umap_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hgt_studio.explore.umap_process.find_spec", lambda _: None)
    assert "pip install" in (why_no_umap() or "")
    with pytest.raises(UmapError, match="not installed"):
        umap_plane(two_clusters(), CancelToken())


@pytest.mark.skipif(find_spec("umap") is None, reason="umap-learn is not installed")
def test_clusters_stay_together() -> None:
    plane = umap_plane(two_clusters(), CancelToken())
    assert plane.shape == (60, 2)
    first, second = plane[:30], plane[30:]
    within = max(np.linalg.norm(part - part.mean(0), axis=1).mean() for part in (first, second))
    assert np.linalg.norm(first.mean(0) - second.mean(0)) > 3 * within


@pytest.mark.skipif(find_spec("umap") is None, reason="umap-learn is not installed")
def test_a_cancelled_layout_ends_its_process() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(CancelledError):
        umap_plane(two_clusters(), token)


def test_too_few_nodes_are_told() -> None:
    if find_spec("umap") is None:
        pytest.skip("umap-learn is not installed")
    with pytest.raises(UmapError, match="at least 4"):
        umap_plane(np.ones((3, 2), np.float32), CancelToken())
