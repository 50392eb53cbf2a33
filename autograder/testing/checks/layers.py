"""Checks of a layer beyond its values: inputs left alone, arrays overwritten in place, gradients."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from autograder.errors import CheckFailed, TaskError
from autograder.testing.checks import comparison_count
from autograder.testing.checks.gradients import gradient
from autograder.testing.checks.plain_values import array_of, described, place
from autograder.testing.checks.values import shape
from autograder.testing.student import RemoteObject

Make = Callable[[list[np.ndarray]], RemoteObject]


def untouched(label: str, kept: RemoteObject, sent: np.ndarray) -> None:
    """Check that an array kept in the student's process is still, bit for bit, the one that was sent."""
    now = kept.fetch()
    comparison_count.note()
    if not isinstance(now, np.ndarray) or now.shape != sent.shape or now.dtype != sent.dtype:
        raise CheckFailed(label, f"after the call, {described(now)}", f"{described(sent)}, as it was before the call")
    changed = ~_same(now, sent)
    if changed.any():
        count = f"{int(changed.sum())} of {changed.size} entries were changed"
        first = place(np.argwhere(changed)[0])
        raise CheckFailed(label, f"{count}, the first at {first}", "an input that is as it was before the call")


def in_place(label: str, refs: Sequence[RemoteObject], now: Any) -> None:
    """Check that references taken before a call and the list after it are the same arrays, judged by their values.

    refs   `layer.ref("grads", i)` for every i, taken before backward
    now    `layer.get("grads")` after it; must not be 0 throughout, which would prove nothing
    The suite must make the call change the values, by another upstream gradient than last time.
    """
    if not refs:
        raise TaskError(f"{label}: no references to look at")
    comparison_count.note()
    if type(now) not in (list, tuple) or len(now) != len(refs):
        raise CheckFailed(label, described(now), f"a list of length {len(refs)}")
    arrays = [array_of(item) for item in now]
    if not any(array is not None and array.any() for array in arrays):
        raise CheckFailed(label, "every array is 0 throughout", "arrays with the values of this call")
    for index, (ref, array) in enumerate(zip(refs, arrays, strict=True)):
        before = array_of(ref.fetch())
        if array is None or before is None or before.shape != array.shape or not _same(before, array).all():
            yours = f"item {index} of the list is a new array"
            raise CheckFailed(label, yours, f"the same array, overwritten: [{index}][...] = ...")


def _same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mask of the equal entries of two arrays of the same shape; NaN equals NaN, as arrays are judged, not values."""
    return np.asarray((a == b) | ((a != a) & (b != b)))


def weighted_sum(label: str, outputs: Any, upstream: Sequence[np.ndarray]) -> float:
    """sum(output * weights) over all outputs of a forward pass: a loss whose upstream gradients are the weights.

    outputs    the result of forward: one array, or a list or tuple with one array per array of `upstream`
    """
    mine = [outputs] if len(upstream) == 1 and isinstance(outputs, (np.ndarray, np.number)) else outputs
    if type(mine) not in (list, tuple) or len(mine) != len(upstream):
        comparison_count.note()
        raise CheckFailed(label, f"forward gives {described(outputs)}", _as_many(upstream))
    total = 0.0
    with np.errstate(all="ignore"):
        for output, weights in zip(mine, upstream, strict=True):
            total += float(np.sum(shape(f"{label}: what forward returns", output, weights.shape) * weights))
    return total


def layer_gradients(
    label: str,
    make: Make,
    params: Sequence[np.ndarray],
    inputs: Sequence[np.ndarray],
    upstream: Sequence[np.ndarray],
    *,
    seed: int,
    names: Sequence[str] | None = None,
    fixed: Sequence[Any] = (),
    expect_zero: bool | Collection[str] = False,
) -> None:
    """Check every gradient of a layer, of parameters and inputs, against the slope of the layer's own forward.

    make       creates a student's layer with the given parameters: `lambda p: student.new("LSTM", *p)`
    params     float64, in the order of `grads`
    inputs     float64 arguments of forward, in the order of the gradients that backward returns
    upstream   float64 arguments of backward, in the order of forward's outputs
    names      names of the params, then of the inputs
    fixed      further arguments of forward, not differentiated (a mask, lengths)
    """

    def loss(arrays: list[np.ndarray]) -> float:
        outputs = make(arrays[: len(params)]).call("forward", *arrays[len(params) :], *fixed)
        return weighted_sum(label, outputs, upstream)

    layer = make([p.copy() for p in params])
    layer.call("forward", *inputs, *fixed)
    returned = layer.call("backward", *upstream)
    grads = layer.get("grads") if params else []
    analytic = [*_listed(label, grads, len(params), "grads"), *_listed(label, returned, len(inputs), "backward")]
    labels = names or [*(f"params[{i}]" for i in range(len(params))), *(f"input {i}" for i in range(len(inputs)))]
    gradient(label, loss, [*params, *inputs], analytic, seed=seed, names=labels, expect_zero=expect_zero)


def _listed(label: str, value: Any, count: int, origin: str) -> list[Any]:
    """A list of `count` gradients, from `grads` or from `backward`; a single array may stand for a list of one."""
    if count == 0:
        return []
    if count == 1 and isinstance(value, np.ndarray):
        return [value]
    if type(value) not in (list, tuple) or len(value) != count:
        comparison_count.note()
        raise CheckFailed(label, f"{origin}: {described(value)}", f"{origin}: {count} arrays")
    return list(value)


def _as_many(upstream: Sequence[np.ndarray]) -> str:
    return "one array" if len(upstream) == 1 else f"{len(upstream)} arrays"
