import os
from pathlib import Path

import pytest
from hypothesis import settings

# Small tensors gain nothing from OpenMP, and its threads wait for one another where the machine has other work.
os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("kernels", deadline=None, max_examples=50)  # the first call of a kernel compiles it
settings.load_profile("kernels")


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own for every test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("HGT_STUDIO_CACHE_DIR", str(folder))
    return folder
