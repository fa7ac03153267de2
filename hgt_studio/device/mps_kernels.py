"""Which ATen operations have an MPS kernel, as torch's own list says.

Torch packages the file that its dispatcher is generated from (torchgen, native_functions.yaml), so this can be asked
on a machine without MPS. Against the macOS wheel of torch 2.15.0 it was compared once: each of the 928 overloads with
an MPS kernel in the wheel's list is registered in its libtorch_cpu.dylib (a symbol `wrapper_MPS_...`), and no other.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

Support = Literal["kernel", "composite_explicit", "composite_implicit", "missing"]


def mps_support(overload: str) -> Support:
    """How MPS runs an operation, given as in the list: "mm", "index_add.out", "_foreach_norm.Scalar".

    kernel: it has an MPS kernel.
    composite_explicit, composite_implicit: it is made of other operations, which have to be asked in their turn.
    missing: neither; on MPS it raises, or falls back to the CPU. So does what is no ATen operation at all.
    """
    return _support_of_all().get(overload, "missing")


def missing_mps_kernels(overloads: Iterable[str]) -> list[str]:
    """Those of the operations that MPS cannot run, sorted."""
    return sorted(overload for overload in set(overloads) if mps_support(overload) == "missing")


@cache
def _support_of_all() -> dict[str, Support]:
    """Support of every ATen operation; reading the list takes a second or two."""
    import torchgen
    from torchgen.gen import parse_native_yaml
    from torchgen.model import DispatchKey

    folder = Path(torchgen.__file__).parent / "packaged" / "ATen" / "native"
    parsed = parse_native_yaml(str(folder / "native_functions.yaml"), str(folder / "tags.yaml"))
    mps_kernels = parsed.backend_indices[DispatchKey.MPS].index
    support: dict[str, Support] = {}
    for function in parsed.native_functions:
        name = function.func.name
        # A structured operation is registered in all its variants (functional, in-place) where its out variant is.
        if name in mps_kernels or function.structured_delegate in mps_kernels:
            support[str(name)] = "kernel"
        elif function.has_composite_explicit_autograd_kernel or (
            function.has_composite_explicit_autograd_non_functional_kernel
        ):
            support[str(name)] = "composite_explicit"
        elif function.has_composite_implicit_autograd_kernel:
            support[str(name)] = "composite_implicit"
        else:
            support[str(name)] = "missing"
    return support
