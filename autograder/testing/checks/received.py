"""Validation of a student's answers before a suite computes with them.

A suite that added two received arrays would itself fail if one were None: a fault of the suite, not a lower mark.
These functions raise CheckFailed for such an answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.errors import CheckFailed
from autograder.testing.checks.plain_values import described

Array = NDArray[Any]


def array(label: str, value: Any, shape: tuple[int, ...]) -> Array:
    """`value` as an array of numbers of exactly that shape, else CheckFailed."""
    wanted = f"an array of numbers of shape {shape}"
    if not isinstance(value, (np.ndarray, np.generic, int, float)):
        raise CheckFailed(label, described(value), wanted)
    received = np.asarray(value)
    if received.dtype.kind not in "fiu":
        raise CheckFailed(label, f"an array of dtype {received.dtype}", wanted)
    if received.shape != shape:
        raise CheckFailed(label, f"shape {received.shape}", f"shape {shape}")
    return received


def arrays(label: str, value: Any, shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """`value` as a list of arrays of those shapes, else CheckFailed."""
    if type(value) not in (list, tuple) or len(value) != len(shapes):
        raise CheckFailed(label, described(value), f"{len(shapes)} arrays")
    return [array(f"{label} [{i}]", item, shape) for i, (item, shape) in enumerate(zip(value, shapes, strict=True))]


def finite(label: str, values: Array) -> Array:
    """`values`, an array of numbers, without NaN or infinity, else CheckFailed."""
    if not np.isfinite(values).all():
        raise CheckFailed(label, f"{int((~np.isfinite(values)).sum())} entries are NaN or infinite", "finite numbers")
    return values


def number(label: str, value: Any) -> float:
    """`value` as a finite float: a Python or NumPy number, or an array that holds one; else CheckFailed."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(())[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise CheckFailed(label, described(value), "one number")
    if not math.isfinite(value):
        raise CheckFailed(label, str(value), "a finite number")
    return float(value)


def words(label: str, value: Any) -> list[int]:
    """`value` as a list of word ids: Python or NumPy integers, in a list, tuple or one-dimensional array."""
    items = list(value) if isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) == 1 else None
    if items is None:
        raise CheckFailed(label, described(value), "a list of word ids")
    for item in items:
        if isinstance(item, (bool, np.bool_)) or not isinstance(item, (int, np.integer)):
            raise CheckFailed(label, f"a list that holds {described(item)}", "a list of word ids (integers)")
    return [int(item) for item in items]
