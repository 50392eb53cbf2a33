"""Comparisons of plain values with wanted ones: each passes, or raises CheckFailed.

NaN equals nothing; an infinity equals only the same infinity. Bools are not numbers here. Integers are accepted
where floats are wanted, but not the other way round. A wanted value that allows no sensible comparison (NaN, no
entries, not numbers) is a fault of the suite: TaskError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from autograder.errors import CallFailed, CheckFailed, TaskError
from autograder.testing.checks import comparison_count, explain
from autograder.testing.checks.plain_values import KINDS, array_of, described, number_of, place, same_kind, short
from autograder.untrusted_text import untrusted_error, untrusted_text


class Tolerance(NamedTuple):
    """The error allowed for an entry w: relative * |w| + of_largest * (largest finite |w|) + floor."""

    relative: float
    of_largest: float
    floor: float
    words: str


# Sums of some hundred terms in another order differ by about 100 eps of their largest term (eps: 1e-3, 1e-7, 2e-16).
# Each limit is at least ten times that, and at most a tenth of the smallest mistake graded, 0.1 %.
# The floor is for entries that would be 0 but for cancellation.
TOLERANCES = {
    "float16": Tolerance(2e-2, 1e-2, 1e-3, "the same to about 2 digits"),
    "float32": Tolerance(1e-4, 1e-5, 1e-8, "the same to about 4 digits"),
    "float64": Tolerance(1e-8, 1e-10, 1e-14, "the same to about 8 digits"),
}
EXACT = Tolerance(0.0, 0.0, 0.0, "exactly the same")


def values(
    label: str,
    yours: Any,
    wanted: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    dtype: DTypeLike | None = None,
    precision: DTypeLike | None = None,
) -> None:
    """Compare numbers, arrays, or lists, tuples and dicts of them, entry by entry.

    rtol, atol   override the default limits (atol is absolute; if only one is given, the other is 0)
    dtype        required dtype of every array
    precision    dtype whose limits apply, if not that of `wanted` ("float32" for the loss of a float32 model that
                 the reference returns as a float)
    """
    if type(wanted) is dict:
        pairs = _entries_of_dict(label, yours, wanted)
    elif type(wanted) in (list, tuple) and not all(number_of(item) is not None for item in wanted):
        pairs = _items(label, yours, wanted)
    else:
        limits = _tolerance(_target(label, wanted), rtol, atol, dtype if precision is None else precision)
        return _array(label, yours, wanted, limits, dtype)
    for name, mine, theirs in pairs:
        values(name, mine, theirs, rtol=rtol, atol=atol, dtype=dtype, precision=precision)
    return None


def equal(label: str, yours: Any, wanted: Any) -> None:
    """Require equality of None, text, bools, integers, floats, arrays, and lists, tuples and dicts of them.

    Lists and tuples are interchangeable, as are NumPy's and Python's integers of any width.
    """
    if type(wanted) is dict:
        pairs = _entries_of_dict(label, yours, wanted)
    elif type(wanted) in (list, tuple):
        if len(wanted) and all(_is_integer(item) for item in wanted):
            return _integers(label, yours, wanted)
        pairs = _items(label, yours, wanted)
    elif wanted is None or type(wanted) in (str, bytes):
        return _text(label, yours, wanted)
    else:
        return _array(label, yours, wanted, EXACT, None)
    for name, mine, theirs in pairs:
        equal(name, mine, theirs)
    return None


def shape(label: str, yours: Any, wanted_shape: Sequence[int]) -> np.ndarray:
    """Check the shape of an array of real numbers and return the array."""
    comparison_count.note()
    wanted = tuple(int(size) for size in wanted_shape)
    if not isinstance(yours, np.ndarray) and (wanted or number_of(yours) is None):
        raise CheckFailed(label, described(yours), _of_shape(wanted))
    got = np.asarray(yours)
    if got.shape != wanted:
        _fail_shape(label, got.shape, wanted)
    if got.dtype.kind not in "biuf":
        raise CheckFailed(label, described(yours), f"{_of_shape(wanted)}, of real numbers")
    return got


def dtype(label: str, yours: Any, wanted_dtype: DTypeLike) -> None:
    """Check the dtype of an array, or of every array in a list or tuple that is not empty."""
    arrays = list(yours) if type(yours) in (list, tuple) and yours else [yours]
    comparison_count.note()
    wanted = np.dtype(wanted_dtype)
    for index, array in enumerate(arrays):
        item = f", item {index}" if array is not yours else ""
        if not isinstance(array, (np.ndarray, np.generic)):
            raise CheckFailed(label + item, described(array), f"an array of dtype {wanted}")
        if array.dtype != wanted:
            raise CheckFailed(label + item, f"dtype {array.dtype}", f"dtype {wanted}")


def at_most(label: str, yours: Any, bound: float, quantity: str) -> float:
    """Check that a number, described by `quantity`, is not above `bound`, and return it."""
    return _bounded(label, yours, lambda x: x <= bound, f"{quantity} of at most {short(bound)}")


def at_least(label: str, yours: Any, bound: float, quantity: str) -> float:
    """Check that a number, described by `quantity`, is not below `bound`, and return it."""
    return _bounded(label, yours, lambda x: x >= bound, f"{quantity} of at least {short(bound)}")


def between(label: str, yours: Any, low: float, high: float, quantity: str) -> float:
    """Check that a number, described by `quantity`, is from `low` to `high`, both included, and return it."""
    return _bounded(label, yours, lambda x: low <= x <= high, f"{quantity} from {short(low)} to {short(high)}")


def raises(label: str, type_name: str, action: Callable[[], Any], *, mentions: Sequence[str] = ()) -> None:
    """Check that `action` raises `type_name` or a subclass in the student's code. NotWritten is passed on.

    mentions   words of which the message must contain at least one; case is ignored
    """
    try:
        answer = action()
    except CallFailed as error:
        comparison_count.note()
        if type_name not in (error.type_name, *error.bases):
            raise CheckFailed(label, f"{untrusted_error(error.type_name, error.text)}", type_name) from None
        if mentions and not any(word.lower() in error.text.lower() for word in mentions):
            named = " or ".join(repr(word) for word in mentions)
            raise CheckFailed(
                label, f"its message is {untrusted_text(error.text)}", f"a message that names {named}"
            ) from None
        return
    comparison_count.note()
    raise CheckFailed(label, f"no exception; it returned {described(answer)}", f"a {type_name}")


def _bounded(label: str, yours: Any, holds: Callable[[float], bool], wanted: str) -> float:
    comparison_count.note()
    number = number_of(yours)
    if number is None or not holds(number):
        raise CheckFailed(label, described(yours) if number is None else short(number, 6), wanted)
    return number


def _tolerance(wanted: np.ndarray, rtol: float | None, atol: float | None, precision: DTypeLike | None) -> Tolerance:
    if wanted.dtype.kind in "biu" and rtol is None and atol is None:
        return EXACT
    if rtol == 0 and atol == 0:
        return EXACT
    if rtol is not None or atol is not None:
        relative, absolute = rtol or 0.0, atol or 0.0
        return Tolerance(relative, 0.0, absolute, f"within {relative:.1g} of itself plus {absolute:.1g}")
    name = np.dtype(wanted.dtype if precision is None else precision).name
    if name not in TOLERANCES:
        raise TaskError(f"no tolerance is known for {name}")
    return TOLERANCES[name]


def _array(label: str, yours: Any, wanted: Any, limits: Tolerance, wanted_dtype: DTypeLike | None) -> None:
    """One number or one array of numbers."""
    target = _target(label, wanted)
    comparison_count.note()
    got = _comparable(label, yours, target, strict=isinstance(wanted, np.ndarray) and wanted.ndim > 0)
    if wanted_dtype is not None and got.dtype != np.dtype(wanted_dtype):
        raise CheckFailed(label, f"dtype {got.dtype}", f"dtype {np.dtype(wanted_dtype)}")
    wrong = differing(got, target, limits)
    if wrong.any():
        text = explain.entries(got, target, wrong) + _precision_hint(got, target)
        raise CheckFailed(label, text, _wanted(target, limits))


def differing(got: np.ndarray, target: np.ndarray, limits: Tolerance) -> np.ndarray:
    """Mask of the entries in which real arrays of the same shape differ by more than the limits allow."""
    if limits == EXACT:
        return np.asarray(got != target)
    mine, theirs = got.astype(np.float64), target.astype(np.float64)
    both = np.isfinite(mine) & np.isfinite(theirs)
    with np.errstate(all="ignore"):
        largest = float(np.abs(theirs[np.isfinite(theirs)]).max(initial=0.0))
        allowed = limits.relative * np.abs(theirs) + limits.of_largest * largest + limits.floor
        close = np.where(both, np.abs(mine - theirs) <= allowed, mine == theirs)
    return np.asarray(~close)


def _target(label: str, wanted: Any) -> np.ndarray:
    target = array_of(wanted)
    if target is None or target.dtype.kind not in "biuf":
        raise TaskError(f"{label}: {described(wanted)} is nothing to compare with")
    if target.size == 0 or np.isnan(target).any():
        raise TaskError(f"{label}: what is wanted has no entries, or a NaN among them")
    return target


def _comparable(label: str, yours: Any, target: np.ndarray, strict: bool) -> np.ndarray:
    """`yours` as an array of the target's shape and of a compatible kind; a list is accepted unless `strict`."""
    got = array_of(yours)
    if got is None or (strict and not isinstance(yours, np.ndarray)):
        raise CheckFailed(label, described(yours), _of_shape(target.shape))
    if got.shape != target.shape:
        _fail_shape(label, got.shape, target.shape)
    if not same_kind(got, target):
        raise CheckFailed(label, f"dtype {got.dtype}", f"{KINDS[target.dtype.kind]}s")
    return got


def _precision_hint(got: np.ndarray, target: np.ndarray) -> str:
    if got.dtype.kind == "f" and target.dtype.kind == "f" and got.dtype.itemsize < target.dtype.itemsize:
        return f"; yours has dtype {got.dtype}"
    return ""


def _fail_shape(label: str, yours: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    hint = explain.shapes(yours, wanted)
    raise CheckFailed(label, f"{_of_shape(yours)}" + (f": {hint}" if hint else ""), _of_shape(wanted))


def _of_shape(wanted: tuple[int, ...]) -> str:
    return f"an array of shape {wanted}" if wanted else "a single number"


def _wanted(target: np.ndarray, limits: Tolerance) -> str:
    if target.ndim == 0:
        return f"{short(target[()])}, {limits.words}"
    return f"{described(target)}, {limits.words}"


def _items(label: str, yours: Any, wanted: Sequence[Any]) -> list[tuple[str, Any, Any]]:
    """The pairs of a list or tuple of the same length."""
    comparison_count.note()
    if type(yours) not in (list, tuple) or len(yours) != len(wanted):
        raise CheckFailed(label, described(yours), f"a {type(wanted).__name__} of length {len(wanted)}")
    return [(f"{label}, item {i}", mine, theirs) for i, (mine, theirs) in enumerate(zip(yours, wanted, strict=True))]


def _entries_of_dict(label: str, yours: Any, wanted: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    comparison_count.note()
    if type(yours) is not dict:
        raise CheckFailed(label, described(yours), f"a dict with the keys {', '.join(map(str, wanted))}")
    if set(yours) != set(wanted):
        mine = untrusted_text(", ".join(map(str, yours)))
        raise CheckFailed(label, f"a dict with the keys {mine}", f"the keys {', '.join(map(str, wanted))}")
    return [(f"{label}, {name!r}", yours[name], theirs) for name, theirs in wanted.items()]


def _integers(label: str, yours: Any, wanted: Sequence[int]) -> None:
    """Compare lists of integers; the message is about the list, not about one item."""
    comparison_count.note()
    if type(yours) not in (list, tuple) or len(yours) != len(wanted):
        raise CheckFailed(label, described(yours), f"a {type(wanted).__name__} of length {len(wanted)}")
    for index, (mine, theirs) in enumerate(zip(yours, wanted, strict=True)):
        if not _is_integer(mine):
            raise CheckFailed(label, f"{described(mine)} at {place([index])}", "integers only")
        if int(mine) != int(theirs):
            raise CheckFailed(label, f"first differs at {place([index])}: {short(mine)}", f"{short(theirs)} there")


def _text(label: str, yours: Any, wanted: Any) -> None:
    comparison_count.note()
    if type(yours) is not type(wanted) or yours != wanted:
        shown = ascii(yours)[:60] if type(yours) in (str, bytes) else described(yours)
        raise CheckFailed(label, shown, repr(wanted)[:60])


def _is_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))
