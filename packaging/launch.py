"""The first module of the frozen app: where compiled kernels go, then the program itself."""

import multiprocessing
import os

import platformdirs

if __name__ == "__main__":
    multiprocessing.freeze_support()
    cache = platformdirs.user_cache_path("hgt-studio", appauthor=False) / "numba"
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache))
    os.environ["NUMBA_CACHE_LOCATOR_CLASSES"] = "bundle_cache.BundleCacheLocator"

    from hgt_studio.__main__ import main

    main()
