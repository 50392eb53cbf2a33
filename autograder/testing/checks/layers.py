"""Checks of what a layer does beside computing values: what it leaves alone, what it overwrites, its gradients."""

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


def untouched(where: str, kept: RemoteObject, sent: np.ndarray) -> None:
    """The array that was put over there is still, to the bit, the one that was sent."""
    now = kept.fetch()
    comparison_count.note()
    if not isinstance(now, np.ndarray) or now.shape != sent.shape or now.dtype != sent.dtype:
        raise CheckFailed(where, f"after the call, {described(now)}", f"{described(sent)}, as it was before the call")
    changed = ~_same(now, sent)
    if changed.any():
        count = f"{int(changed.sum())} of {changed.size} entries were changed"
        first = place(np.argwhere(changed)[0])
        raise CheckFailed(where, f"{count}, the first at {first}", "an input that is as it was before the call")


def in_place(where: str, refs: Sequence[RemoteObject], now: Any) -> None:
    """References taken before a call and the list afterwards are the same arrays, judged by what they hold.

    refs   `layer.ref("grads", i)` for every i, taken before backward
    now    `layer.get("grads")` after it; must not be 0 throughout, since then nothing is seen
    The suite sees to it that the call changes the values (another upstream gradient than last time).
    """
    if not refs:
        raise TaskError(f"{where}: no references to look at")
    comparison_count.note()
    if type(now) not in (list, tuple) or len(now) != len(refs):
        raise CheckFailed(where, described(now), f"a list of length {len(refs)}")
    arrays = [array_of(item) for item in now]
    if not any(array is not None and array.any() for array in arrays):
        raise CheckFailed(where, "every array is 0 throughout", "arrays with the values of this call")
    for index, (ref, array) in enumerate(zip(refs, arrays, strict=True)):
        before = array_of(ref.fetch())
        if array is None or before is None or before.shape != array.shape or not _same(before, array).all():
            yours = f"item {index} of the list is a new array"
            raise CheckFailed(where, yours, f"the same array, overwritten: [{index}][...] = ...")


def _same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where two arrays of the same shape hold the same (NaN the same as NaN: here it is the array that is judged)."""
    return np.asarray((a == b) | ((a != a) & (b != b)))


def weighted_sum(where: str, outputs: Any, upstream: Sequence[np.ndarray]) -> float:
    """sum(output * weights) over all outputs of a forward pass: a loss whose upstream gradients are the weights.

    outputs    what forward returned: one array, or a list or tuple of as many arrays as `upstream` has
    """
    mine = [outputs] if len(upstream) == 1 and isinstance(outputs, (np.ndarray, np.number)) else outputs
    if type(mine) not in (list, tuple) or len(mine) != len(upstream):
        comparison_count.note()
        raise CheckFailed(where, f"forward gives {described(outputs)}", _as_many(upstream))
    total = 0.0
    with np.errstate(all="ignore"):
        for output, weights in zip(mine, upstream, strict=True):
            total += float(np.sum(shape(f"{where}: what forward returns", output, weights.shape) * weights))
    return total


def layer_gradients(
    where: str,
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
    """Every gradient of a layer, of its parameters and of its inputs, against the slope of its own forward.

    make       a new layer of the student's with the given parameters: `lambda p: student.new("LSTM", *p)`
    params     float64, as `grads` is ordered
    inputs     float64 arguments of forward, as the gradients that backward returns are ordered
    upstream   float64 arguments of backward, as the outputs of forward are ordered
    names      of the params, then of the inputs
    fixed      further arguments of forward, not differentiated (a mask, lengths)
    """

    def loss(arrays: list[np.ndarray]) -> float:
        outputs = make(arrays[: len(params)]).call("forward", *arrays[len(params) :], *fixed)
        return weighted_sum(where, outputs, upstream)

    layer = make([p.copy() for p in params])
    layer.call("forward", *inputs, *fixed)
    returned = layer.call("backward", *upstream)
    grads = layer.get("grads") if params else []
    analytic = [*_listed(where, grads, len(params), "grads"), *_listed(where, returned, len(inputs), "backward")]
    labels = names or [*(f"params[{i}]" for i in range(len(params))), *(f"input {i}" for i in range(len(inputs)))]
    gradient(where, loss, [*params, *inputs], analytic, seed=seed, names=labels, expect_zero=expect_zero)


def _listed(where: str, value: Any, count: int, what: str) -> list[Any]:
    """`count` gradients: what `grads` holds, or what `backward` returned (one array may come alone)."""
    if count == 0:
        return []
    if count == 1 and isinstance(value, np.ndarray):
        return [value]
    if type(value) not in (list, tuple) or len(value) != count:
        comparison_count.note()
        raise CheckFailed(where, f"{what}: {described(value)}", f"{what}: {count} arrays")
    return list(value)


def _as_many(upstream: Sequence[np.ndarray]) -> str:
    return "one array" if len(upstream) == 1 else f"{len(upstream)} arrays"
