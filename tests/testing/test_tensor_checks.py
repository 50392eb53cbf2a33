"""Comparisons of tensors: kind, shape, dtype and entries, each with a message that names it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.agent.tensors import Tensor
from autograder.errors import CheckFailed
from autograder.testing import checks

pytestmark = pytest.mark.torch
ONES = Tensor(np.ones((2, 3), np.float32))


@pytest.mark.parametrize("wanted", [torch.ones(2, 3), torch.ones(2, 3, requires_grad=True), ONES, ONES.array])
def test_an_equal_tensor_passes_and_its_values_come_back(wanted):
    assert checks.tensor("xs", ONES, wanted) is ONES.array


@pytest.mark.parametrize(
    ("yours", "message"),
    [
        (np.ones((2, 3), np.float32), r"a float32 array of shape \(2, 3\)(.|\n)*a tensor of shape \(2, 3\)"),
        ([1.0], r"a list of length 1(.|\n)*a tensor of shape"),
        (None, r"None(.|\n)*a tensor of shape"),
        (1.0, r"1 \(float\)(.|\n)*a tensor of shape"),
        (Tensor(np.ones((3, 2), np.float32)), r"shape \(3, 2\)"),
        (Tensor(np.ones((2, 3))), "float64"),
        (Tensor(np.ones((2, 3), np.int64)), "int64"),
        (Tensor(np.full((2, 3), np.nan, np.float32)), "NaN"),
        (Tensor(np.full((2, 3), 1.001, np.float32)), r"1\.001"),
    ],
)
def test_another_kind_shape_dtype_or_value_is_named(yours, message):
    with pytest.raises(CheckFailed, match=message):
        checks.tensor("xs", yours, torch.ones(2, 3))


def test_limits_and_dtype_may_be_others():
    checks.tensor("xs", Tensor(np.full(2, 1.01)), torch.ones(2), rtol=0.1, dtype="float64")
    checks.tensor("ids", Tensor(np.arange(3)), torch.arange(3))
    with pytest.raises(CheckFailed, match="ids"):
        checks.tensor("ids", Tensor(np.arange(3)), torch.tensor([0, 1, 3]))


def test_several_tensors_are_compared_by_name():
    names = ("out", "weights")
    wanted = (torch.ones(1), torch.zeros(2))
    both = checks.tensors("attend", (Tensor(np.ones(1, np.float32)), Tensor(np.zeros(2, np.float32))), wanted, names)
    assert [array.tolist() for array in both] == [[1.0], [0.0, 0.0]]
    with pytest.raises(CheckFailed, match="attend: weights"):
        checks.tensors("attend", [Tensor(np.ones(1, np.float32))] * 2, wanted, names)
    for other in (ONES, (ONES,), {"out": ONES}):
        with pytest.raises(CheckFailed, match=r"2 tensors \(out, weights\)"):
            checks.tensors("attend", other, wanted, names)
