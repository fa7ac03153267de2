"""UMAP (McInnes et al. 2018) in a process of its own: scikit-learn's OpenMP and torch's do not share one.

This file is both ends: `umap_plane` starts `python -m hgt_studio.explore.umap_process IN OUT SEED` and waits for it.
"""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from hgt_studio.errors import HgtStudioError
from hgt_studio.explore.space import FloatArray
from hgt_studio.typing import CancelToken

_NEIGHBOURS, _LEAST_NODES = 15, 4
_LOOK_EVERY_SECONDS = 0.2


class UmapError(HgtStudioError):
    """UMAP is not there, or did not end well."""


def why_no_umap() -> str | None:
    """None if UMAP works here, else what to do."""
    if getattr(sys, "frozen", False):
        return "UMAP is not part of the packaged app; start HGT Studio from Python with hgt-studio[umap]"
    if find_spec("umap") is None:
        return "UMAP is not installed; get it with: pip install 'hgt-studio[umap]'"
    return None


def umap_plane(vectors: FloatArray, cancel: CancelToken, seed: int = 0) -> FloatArray:
    """Coordinates in which near vectors (by cosine) lie near. shape: (num_nodes, 2).

    Raises:
        UmapError: UMAP is missing or failed.
        CancelledError: the user stopped it.
    """
    if reason := why_no_umap():
        raise UmapError(reason)
    if len(vectors) < _LEAST_NODES:
        raise UmapError(f"UMAP needs at least {_LEAST_NODES} nodes; look at the principal components instead")
    with tempfile.TemporaryDirectory(prefix="hgt-studio-umap-") as folder:
        given, made = Path(folder) / "vectors.npy", Path(folder) / "plane.npy"
        np.save(given, vectors)
        command = [sys.executable, "-m", __name__, str(given), str(made), str(seed)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            try:
                while process.poll() is None:
                    cancel.check()
                    _wait(process)
            except BaseException:
                process.kill()
                raise
            complaint = process.stderr.read() if process.stderr else ""
        if process.returncode != 0 or not made.exists():
            reason = (complaint.strip().splitlines() or ["it gave no reason"])[-1]
            raise UmapError(f"UMAP failed ({reason}); look at the principal components instead")
        plane: FloatArray = np.load(made)
    return plane


def _wait(process: "subprocess.Popen[str]") -> None:
    try:
        process.wait(_LOOK_EVERY_SECONDS)
    except subprocess.TimeoutExpired:
        return


def _main(given: str, made: str, seed: str) -> None:
    """The process."""
    from umap import UMAP

    vectors = np.load(given)
    neighbours = min(_NEIGHBOURS, len(vectors) - 1)
    plane = UMAP(n_neighbors=neighbours, metric="cosine", init="pca", random_state=int(seed), n_jobs=1)
    np.save(made, plane.fit_transform(vectors).astype(np.float32))


if __name__ == "__main__":
    _main(*sys.argv[1:])
