"""Torch's own list of MPS kernels, against what is known of some operations and against the running dispatcher."""

import pytest
import torch

from hgt_studio.device.mps_kernels import missing_mps_kernels, mps_support

WITH_KERNEL = """
    mm mm.out bmm bmm.out addmm addmm.out baddbmm baddbmm_ linear linear_backward index_select index_add index_add_
    index_add.out index_copy_ scatter_add_ scatter_reduce.two scatter_reduce_.two gather gelu gelu_backward
    native_layer_norm native_layer_norm_backward native_dropout bernoulli_.float exp log_sigmoid_forward
    log_sigmoid_backward softplus _softmax _softmax_backward_data _log_softmax _log_softmax_backward_data
    embedding_dense_backward amax sort.stable topk cumsum masked_fill_.Scalar where.self clamp cat rsqrt eq.Tensor
    sum.dim_IntList all linalg_vector_norm _fused_adamw_ _index_put_impl_ isnan
"""
COMPOSED = {
    "composite_explicit": "_foreach_norm.Scalar _foreach_mul_.Tensor sort logsumexp copy_ _to_copy split.Tensor zeros "
    "nan_to_num index_put_ masked_fill.Scalar embedding select_backward",
    "composite_implicit": "isfinite einsum where.ScalarOther argsort contiguous quantile",
}
WITHOUT = ["segment_reduce", "_segment_reduce_backward", "_linalg_check_errors_of_nobody", "prims::add"]


@pytest.mark.parametrize("overload", WITH_KERNEL.split())
def test_kernels_that_are_there(overload: str) -> None:
    assert mps_support(overload) == "kernel"


@pytest.mark.parametrize(("support", "overloads"), COMPOSED.items())
def test_operations_made_of_others(support: str, overloads: str) -> None:
    assert {mps_support(overload) for overload in overloads.split()} == {support}


def test_missing_kernels_are_listed_once_and_sorted() -> None:
    assert missing_mps_kernels([*WITH_KERNEL.split(), *WITHOUT, *WITHOUT, "einsum"]) == sorted(WITHOUT)


def test_what_is_called_composite_is_registered_so_in_the_running_torch() -> None:
    has_kernel = torch._C._dispatch_has_kernel_for_dispatch_key
    keys = {
        "composite_explicit": ("CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional"),
        "composite_implicit": ("CompositeImplicitAutograd",),
    }
    wrong, compared = [], 0
    for name in torch._C._dispatch_get_all_op_names():
        if not name.startswith("aten::"):
            continue
        support = mps_support(name.removeprefix("aten::"))
        if support in keys:
            compared += 1
            if not any(has_kernel(name, key) for key in keys[support]):
                wrong.append(name)
    assert compared > 1000
    assert not wrong
