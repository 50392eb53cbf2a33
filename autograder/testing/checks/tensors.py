"""Comparisons of tensors of torch, as the wire hands them over, with wanted values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograder.agent.tensors import Tensor, crossing, is_tensor
from autograder.errors import CheckFailed
from autograder.testing.checks.plain_values import described
from autograder.testing.checks.values import values


def tensor(label: str, yours: Any, wanted: Any, *, dtype: DTypeLike | None = None, **limits: Any) -> np.ndarray:
    """Compare a tensor with a wanted one entry by entry, and return its values as an array.

    wanted   a tensor of torch or an array; its shape, and its dtype unless `dtype` names another, are required
    limits   those of `checks.values`
    """
    wanted_array = crossing(wanted).array if is_tensor(wanted) else np.asarray(getattr(wanted, "array", wanted))
    if type(yours) is not Tensor:
        raise CheckFailed(label, described(yours), f"a tensor of shape {wanted_array.shape}")
    values(label, yours.array, wanted_array, dtype=dtype or wanted_array.dtype, **limits)
    return yours.array


def tensors(label: str, yours: Any, wanted: Sequence[Any], names: Sequence[str], **limits: Any) -> list[np.ndarray]:
    """Compare a tuple or list of tensors with wanted ones, each under its name; their values as arrays."""
    if type(yours) not in (list, tuple) or len(yours) != len(wanted):
        raise CheckFailed(label, described(yours), f"{len(wanted)} tensors ({', '.join(names)})")
    trios = zip(names, yours, wanted, strict=True)
    return [tensor(f"{label}: {name}", mine, theirs, **limits) for name, mine, theirs in trios]
