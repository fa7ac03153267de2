"""Where Numba keeps the compiled kernels of a frozen app, whose modules are no files.

Numba's own locators ask for the module's source file, or make the folder from the working directory, so that every
folder that the app is started from would compile all kernels again.
"""

import os
from collections.abc import Callable
from typing import Any

from numba.core import config
from numba.core.caching import UserProvidedCacheLocator


class BundleCacheLocator(UserProvidedCacheLocator):  # type: ignore[misc]  # numba has no types
    """One folder in NUMBA_CACHE_DIR a package, valid as long as the executable, which holds all code, is the same."""

    def __init__(self, function: Callable[..., Any], relative_file: str) -> None:
        super().__init__(function, relative_file)
        self._cache_path = os.path.join(config.CACHE_DIR, os.path.dirname(relative_file))

    @classmethod
    def from_function(cls, function: Callable[..., Any], relative_file: str) -> "BundleCacheLocator":
        """The locator of a function.

        Raises:
            OSError: nothing can be written there.
        """
        locator = cls(function, relative_file)
        locator.ensure_cache_path()
        return locator
