"""Received values as arrays and numbers, without running a method of the student's.

`array_of` and `number_of` return None for a value of another kind. `array`, `arrays`, `number` and `words` raise
CheckFailed: a suite that computes with a student's answer asks them first, since it would fail itself, a fault of the
suite and no lower mark, if it added two answers and one were None.

A plain value is None, bool, int, float, complex, str, bytes, an array or scalar of NumPy, or a list, tuple or
dict of these, right or wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.agent.tensors import Tensor
from autograder.errors import CheckFailed

Array = NDArray[Any]
MAX_DEPTH = 32
NUMBERS = (bool, int, float, complex, np.number, np.bool_)
KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex"}


def array_of(value: Any) -> np.ndarray | None:
    """`value` as a new array of bools, integers, floats or complex numbers; None if it is not made of numbers."""
    if not _is_numeric(value, 0):
        return None
    try:
        array = np.array(value)
        array = array if array.dtype.kind != "O" else array.astype(np.float64)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return array if array.dtype.kind in KINDS else None


def number_of(value: Any) -> float | None:
    """`value` as a float (NaN and inf included); None unless it is one real number and not a bool."""
    array = array_of(value)
    if array is None or array.shape != () or array.dtype.kind not in "iuf":
        return None
    return float(array)


def same_kind(got: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether numbers of the kind of `got` are accepted for `wanted`: integers for floats, else the same kind."""
    kind = KINDS[got.dtype.kind]
    return kind == KINDS[wanted.dtype.kind] or (kind == "integer" and wanted.dtype.kind == "f")


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


def described(value: Any) -> str:
    """The type of a plain value, and its shape or length; never its contents, except for a single number."""
    if isinstance(value, np.ndarray):
        return f"{_article(value.dtype.name)} array of shape {value.shape}"
    if type(value) is Tensor:
        return f"{_article(value.array.dtype.name)} tensor of shape {value.array.shape}"
    if isinstance(value, NUMBERS):
        return f"{short(value)} ({type(value).__name__})"
    if isinstance(value, (str, bytes, list, tuple, dict)):
        return f"a {type(value).__name__} of length {len(value)}"
    return "None" if value is None else f"a value of type {type(value).__name__}"


def short(value: Any, digits: int = 4) -> str:
    """One number to four digits; integers are written out up to 15 digits."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        whole = int(value)
        return str(whole) if abs(whole) < 10**15 else "an integer of more than 15 digits"
    if isinstance(value, (complex, np.complexfloating)):
        return f"{complex(value):.{digits}g}"
    return "NaN" if value != value else f"{float(value):.{digits}g}"


def place(index: Any) -> str:
    """An index as Python code: "[0, 2]"."""
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" and not name.startswith("uint") else f"a {name}"


def _is_numeric(value: Any, depth: int) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind in KINDS
    if type(value) in (list, tuple):
        return depth < MAX_DEPTH and all(_is_numeric(item, depth + 1) for item in value)
    return isinstance(value, NUMBERS)
