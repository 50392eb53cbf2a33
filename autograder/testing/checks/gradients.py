"""Analytic gradients against central differences, array by array, along a few random directions.

For each array a seeded unit vector v with entries of about equal size is drawn, and the slope of the loss along v is
compared with the analytic gradient's component along v. Arrays are moved one at a time, so small gradients are not
hidden by large ones of other arrays; no entry of v is small, so one wrong entry shows. A second direction is used
because g . v can be nearly 0 by chance, which would hide an error of 0.1 % of the whole array: that needs
|g . v| < 1e-3 of its usual size, a chance below 1e-3, and below 1e-6 along both. Single entries are differenced only
after a failure, to name the worst.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from autograder.errors import CheckFailed, StudentError, TaskError
from autograder.testing.checks import comparison_count, explain
from autograder.testing.checks.finite_differences import STEP, Loss, Slopes, unit_direction
from autograder.testing.checks.plain_values import described, place, short
from autograder.testing.checks.values import shape
from autograder.testing.hidden_inputs import hidden_rng

DIRECTIONS = 2
# The slope's own error (see `finite_differences`) is about 1e-12 + 2e-13 * loss: RELATIVE stands far above it
# for typical entries from 1e-5 up, and is a thousandth of the smallest error to be caught, 0.1 %.
RELATIVE = 1e-6
ROUNDING = 64 * float(np.finfo(np.float64).eps) / STEP  # per unit of loss ...
ROUNDING_CAP = 1e-5  # ... but never more than this part of a typical entry: a huge loss must not excuse an error
ZERO = 1e-9  # of the loss's own size, if that is above 1: a slope below this is none
MAX_ENTRIES = 160  # differenced after a failure, two losses each
WANTED = "the slope of the loss of your own forward pass"


def gradient(
    label: str,
    loss: Loss,
    point: Sequence[np.ndarray],
    analytic: Any,
    *,
    seed: int,
    names: Sequence[str] | None = None,
    expect_zero: bool | Collection[str] = False,
) -> None:
    """Check the analytic gradients of `loss` at the float64 arrays `point` against numerical ones; none may be all 0.

    loss          function from a list of arrays to a number, evaluated by the student's forward
    analytic      result of the student's backward: a list or tuple of arrays of the shapes of `point`
    expect_zero   names of the arrays on which the loss must not depend; True for all
    """
    labels = _labels(point, names)
    wanted_zero = set(labels) if expect_zero is True else set(expect_zero or ())
    if not wanted_zero <= set(labels):
        raise TaskError(f"expect_zero names {sorted(wanted_zero - set(labels))}, which are not among {labels}")
    slopes = Slopes(label, loss, [a.copy() for a in point], labels, hidden_rng(seed))
    grads = _checked(slopes, analytic)
    bad = [i for i, grad in enumerate(grads) if not _agrees(slopes, i, grad, labels[i] in wanted_zero)]
    if bad:
        _fail(slopes, grads, bad)


def _labels(point: Sequence[np.ndarray], names: Sequence[str] | None) -> list[str]:
    labels = list(names) if names is not None else [f"array {i}" for i in range(len(point))]
    if not point or len(labels) != len(point) or any(a.dtype != np.float64 or a.size == 0 for a in point):
        raise TaskError("gradient() wants float64 arrays that are not empty, and a name for each")
    return labels


def _checked(slopes: Slopes, analytic: Any) -> list[np.ndarray]:
    """The analytic gradients, of the right number and shapes, real and finite, in float64."""
    if type(analytic) not in (list, tuple) or len(analytic) != len(slopes.point):
        comparison_count.note()
        wanted = f"a gradient for each of {', '.join(slopes.labels)}"
        raise CheckFailed(slopes.label, described(analytic), wanted)
    grads = []
    for i, (array, grad) in enumerate(zip(slopes.point, analytic, strict=True)):
        got = shape(slopes.title(i), grad, array.shape).astype(np.float64)
        if not np.isfinite(got).all():
            text = explain.entries(got, np.zeros_like(got), ~np.isfinite(got))
            raise CheckFailed(slopes.title(i), text, "finite numbers")
        grads.append(got)
    return grads


def _agrees(slopes: Slopes, i: int, grad: np.ndarray, wanted_zero: bool) -> bool:
    """Whether array i's gradient agrees with the slopes along all directions. Raises CheckFailed if all are 0."""
    directions = [unit_direction(grad.shape, slopes.rng) for _ in range(DIRECTIONS)]
    measured = [slopes.slope(i, v) for v in directions]
    comparison_count.note()
    moves = any(abs(slope) > ZERO * max(1.0, size) for slope, size in measured)
    if not moves and not wanted_zero:
        yours = f"what your forward pass gives does not depend on {slopes.labels[i]}"
        raise CheckFailed(slopes.title(i), yours, f"a loss that changes with {slopes.labels[i]}")
    with np.errstate(all="ignore"):
        typical = float(np.sqrt(np.mean(grad**2)))
        if wanted_zero:
            return _zero(slopes, i, typical, moves)
        pairs = zip(directions, measured, strict=True)
        return all(_close(float(np.vdot(grad, v)), *slope, typical) for v, slope in pairs)


def _zero(slopes: Slopes, i: int, typical: float, moves: bool) -> bool:
    if moves:
        yours = f"what your forward pass gives depends on {slopes.labels[i]}"
        raise CheckFailed(slopes.title(i), yours, f"a loss that does not change with {slopes.labels[i]}")
    if typical > ZERO:
        raise CheckFailed(slopes.title(i), f"entries that are not 0, of size {short(typical)}", "0 throughout")
    return True


def _close(projected: float, slope: float, size: float, typical: float) -> bool:
    allowed = RELATIVE * typical + min(ROUNDING * size, ROUNDING_CAP * typical)
    return bool(np.isfinite(allowed)) and abs(projected - slope) <= allowed


def _fail(slopes: Slopes, grads: list[np.ndarray], bad: list[int]) -> None:
    """Report the worst entry of the first bad array, by differences of single entries, and the names of the others."""
    i = bad[0]
    others = f"; wrong too: {', '.join(slopes.labels[j] for j in bad[1:])}" if bad[1:] else ""
    unseen = CheckFailed(slopes.title(i), f"not the slope of the loss along a random direction{others}", WANTED)
    picked = np.sort(slopes.rng.permutation(grads[i].size)[:MAX_ENTRIES])
    try:
        numerical = np.array([slopes.entry_slope(i, int(k)) for k in picked])
    except StudentError:
        raise unseen from None
    analytic = grads[i].reshape(-1)[picked]
    off = np.abs(analytic - numerical)
    worst = int(np.argmax(off))
    if off[worst] <= RELATIVE * np.abs(numerical).max():
        raise unseen
    index = place(np.unravel_index(int(picked[worst]), grads[i].shape))
    form = grads[i].shape if len(picked) == grads[i].size else (-1,)
    hint = explain.mistake(analytic.reshape(form), numerical.reshape(form))
    furthest = f"{short(analytic[worst])} at {index}, off by {short(off[worst])}, the most of all entries looked at"
    raise CheckFailed(slopes.title(i), f"{furthest}{f'; {hint}' if hint else ''}{others}", WANTED)
