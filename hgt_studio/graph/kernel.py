"""The one way a Numba kernel is declared: compiled once, cached, without the interpreter lock.

Kernels run on one core; what shall use several is called from several threads on disjoint ranges. (Numba's own
`parallel=True` is not used: its portable threading layer aborts the process when two threads call it at once.)
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function with Numba in nopython mode, releasing the interpreter lock, cached on disk."""
    compiled: Function = numba.njit(nogil=True, cache=True, boundscheck=False)(function)
    return compiled


def fast_kernel(function: Function) -> Function:
    """A kernel whose floating-point sums may be reordered, so that they run on vector registers."""
    reorder = {"reassoc", "contract", "nsz"}  # infinities and NaN keep their meaning
    compiled: Function = numba.njit(nogil=True, cache=True, boundscheck=False, fastmath=reorder)(function)
    return compiled
