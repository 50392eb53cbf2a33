"""Guess the mistake behind a wrong array where that is cheap; "" if nothing fits."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.testing.checks.plain_values import place, short

LOOKS_ALIKE = 1e-4  # relative to the largest entry: far below any mistake, far above float32 rounding
GATES = 4


def shapes(yours: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """The likely reason why the shape is `yours` and not `wanted`."""
    if len(yours) == 2 and yours == wanted[::-1]:
        return "this is the transpose of the wanted shape"
    if sorted(yours) == sorted(wanted):
        return "the same axes in another order"
    extra = len(yours) - len(wanted)
    if extra > 0 and yours[extra:] == wanted:
        lengths = set(yours[:extra])
        return "a leading axis of length 1 too many" if lengths == {1} else "not summed over the leading axes?"
    if abs(extra) == 1 and (hint := _one_axis(yours, wanted)):
        return hint
    if np.prod(yours, dtype=float) == np.prod(wanted, dtype=float):
        return "as many entries, arranged differently"
    return ""


def _one_axis(yours: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    longer, shorter, word = (yours, wanted, "too many") if len(yours) > len(wanted) else (wanted, yours, "missing")
    for axis in range(len(longer)):
        if longer[:axis] + longer[axis + 1 :] == shorter:
            return f"axis {axis} of {longer} is {word}"
    return ""


def entries(yours: np.ndarray, wanted: np.ndarray, wrong: np.ndarray) -> str:
    """The number of wrong entries, the first of them, its error, and the likely mistake.

    yours, wanted   real arrays of the same shape     wrong   bool, the same shape, some True
    """
    text = _not_finite(yours, wanted) or _first(yours, wanted, wrong)
    hint = mistake(yours, wanted)
    return f"{text}; {hint}" if hint else text


def mistake(yours: np.ndarray, wanted: np.ndarray) -> str:
    """The relation of `yours` to `wanted`, real arrays of the same shape; "" if none is recognised."""
    if yours.size < 2 or not (np.isfinite(yours).all() and np.isfinite(wanted).all()):
        return ""
    got, target = yours.astype(np.float64), wanted.astype(np.float64)
    if not got.any():
        return "every entry of yours is 0"
    with np.errstate(all="ignore"):
        if alike(got, target):
            return _factor(got, target)
        return _factor(got, target) or _rearranged(got, target) or _level(got, target)


def _not_finite(yours: np.ndarray, wanted: np.ndarray) -> str:
    for name, bad in (("NaN", np.isnan(yours)), ("inf", np.isinf(yours) & ~np.isinf(wanted))):
        if bad.any():
            if yours.ndim == 0:
                return name
            return f"{name} in {int(bad.sum())} of {bad.size} entries, the first at {place(np.argwhere(bad)[0])}"
    return ""


def _first(yours: np.ndarray, wanted: np.ndarray, wrong: np.ndarray) -> str:
    index = tuple(np.argwhere(wrong)[0])
    off = short(_off(yours[index], wanted[index]))
    if yours.ndim == 0:
        return f"{short(yours[index])}, off by {off}"
    count = f"{int(wrong.sum())} of {wrong.size} entries differ ({_percent(wrong)})"
    return f"{count}, the first at {place(index)}: {short(yours[index])}, off by {off}"


def _off(yours: np.generic, wanted: np.generic) -> float | int:
    if yours.dtype.kind in "biu" and wanted.dtype.kind in "biu":
        return abs(int(yours) - int(wanted))
    return abs(float(yours) - float(wanted))


def _percent(wrong: np.ndarray) -> str:
    share = 100 * float(wrong.mean())
    return f"{share:.0f} %" if share >= 1 else "under 1 %"


def alike(yours: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether two arrays of the same shape agree up to rounding."""
    largest = float(np.abs(wanted).max(initial=0.0))
    return bool((np.abs(yours - wanted) <= LOOKS_ALIKE * largest).all())


def _factor(got: np.ndarray, target: np.ndarray) -> str:
    norm = float(np.vdot(target, target))
    ratio = float(np.vdot(target, got)) / norm if norm > 0 else 1.0
    if not np.isfinite(ratio) or abs(ratio - 1) < LOOKS_ALIKE or not _times(got, target, ratio):
        return ""
    for size in sorted({n for n in (*target.shape, target.size) if n > 1}):
        if abs(ratio - size) < LOOKS_ALIKE * size:
            return f"yours is {size} times the wanted: a sum where a mean is wanted?"
        if abs(ratio * size - 1) < LOOKS_ALIKE:
            return f"yours is the wanted divided by {size}: a mean where a sum is wanted?"
    if abs(ratio - 2) < LOOKS_ALIKE:
        return "every entry is 2 times the wanted: counted twice, or added up over two calls?"
    return f"every entry is {short(ratio)} times the wanted"


def _times(got: np.ndarray, target: np.ndarray, ratio: float) -> bool:
    return bool((np.abs(got - ratio * target) <= 1e-6 * np.abs(ratio) * np.abs(target).max()).all())


def _rearranged(got: np.ndarray, target: np.ndarray) -> str:
    if got.ndim == 2 and got.shape[0] == got.shape[1] and alike(got, target.T):
        return "this is the transpose of the wanted"
    for axis in range(got.ndim):
        if alike(got, np.flip(target, axis)):
            return f"the wanted, reversed along axis {axis}"
        for shift, word in ((1, "late"), (-1, "early")):
            if _shifted(got, target, axis, shift):
                return f"the wanted, one place too {word} along axis {axis}"
    return _gates(got, target)


def _shifted(got: np.ndarray, target: np.ndarray, axis: int, shift: int) -> bool:
    a, b = np.moveaxis(got, axis, 0), np.moveaxis(target, axis, 0)
    if len(a) < 3 or not b[:-1].any() or not b[1:].any() or alike(b[1:], b[:-1]):
        return False
    return alike(a[1:], b[:-1]) if shift == 1 else alike(a[:-1], b[1:])


def _gates(got: np.ndarray, target: np.ndarray) -> str:
    if got.ndim == 0 or got.shape[-1] % GATES or got.shape[-1] == GATES:
        return ""
    mine, theirs = np.split(got, GATES, axis=-1), np.split(target, GATES, axis=-1)
    for order in itertools.permutations(range(GATES)):
        if list(order) != sorted(order) and all(alike(m, theirs[i]) for m, i in zip(mine, order, strict=True)):
            names = ", ".join("fgio"[i] for i in order)
            return f"the four quarters of the last axis stand in the order {names} where f, g, i, o is wanted"
    return ""


def _level(got: np.ndarray, target: np.ndarray) -> str:
    if (got == got.flat[0]).all() and not (target == target.flat[0]).all():
        return "every entry of yours is the same number"
    offset = got - target
    if (np.abs(offset - offset.flat[0]) <= 1e-6 * np.abs(offset.flat[0])).all():
        return f"every entry is {short(abs(offset.flat[0]))} too {'large' if offset.flat[0] > 0 else 'small'}"
    return ""
