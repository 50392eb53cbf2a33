"""The backward of an encoder, a decoder or a model of both, in float32.

If the student's forward agrees with the oracle's at these weights, the gradients must agree as well. If it does not,
that costs another question, and each gradient is judged by the slopes of the student's own forward, unless that is an
entirely different function (`likeness`). Sizes of 1 are tested with a right forward only: the slopes of a wrong one
may all be zero there.

Those slopes are five-point differences along unit directions. With a step of 0.1 the formula is good to about 1e-4 of
the slope, float32 losses to 1e-6 of their size over the step. A gradient may be off by 1 % of a typical entry plus
that rounding; a mistake such as a missing path amounts to tens of percent. A forward that jumps (it may read back its
own choices) has slopes only between two jumps: so smaller steps are tried where the first does not fit, with
rounding of up to 5 % of a typical entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from autograder.errors import CallFailed, CheckFailed
from autograder.testing import checks
from autograder.testing.checks.finite_differences import unit_direction
from autograder.testing.checks.plain_values import Array, number
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.sequence_models import oracle_models
from autograder.testing.sequence_models.likeness import is_alike
from autograder.testing.sequence_models.model_runs import ModelRun, Point, may_be_idle, point_of
from autograder.testing.student import of_reference

STEPS = (0.1, 0.02, 0.004, 0.001)
DIRECTIONS = 3
RELATIVE = 1e-2
ROUNDING = 16 * float(np.finfo(np.float32).eps)  # per unit of loss over the step ...
ROUNDING_CAP = 5e-2  # ... but never more than this part of a typical entry


def check_gradients(run: ModelRun, note: str = "", otherwise: ModelRun | None = None) -> None:
    """Check every gradient against the oracle's if the forward agrees with it, else against the forward's slopes.

    otherwise   the run to judge instead of `run` if the forward does not agree with the oracle's
    """
    point = point_of(run)
    right = point.wanted is not None and forward_agrees(run, point)
    if not right and otherwise is not None:
        return check_gradients(otherwise)
    yours = run.filled(point.weights)
    run.outputs(yours)
    received = run.gradients(yours, point, run.backward(yours))
    if not right or point.wanted is None:
        _refuse_another_function(run, point)
        return _check_slopes(run, point, received)
    for name, mine, wanted in zip(_titles(run, point), received, point.wanted, strict=True):
        checks.values(f"{run.label}{note}: the gradient of {name}", mine, wanted)
    return None


def _refuse_another_function(run: ModelRun, point: Point) -> None:
    """Raise CheckFailed if the forward is not nearly the oracle's: its slopes are no measure of a backward."""
    asked = replace(run, student=of_reference(run.reference))
    wanted = point_of(asked)
    alike = len(wanted.weights) == len(point.weights) and is_alike(
        run.side(point), asked.side(wanted), may_be_idle=may_be_idle(point.names)
    )
    if not alike:
        yours = "gradients of another function: your forward pass is not, and not nearly, the one asked for"
        raise CheckFailed(
            f"{run.label}: the gradients", yours, f"the gradients of {run.name}.forward as it is asked for"
        )


def forward_agrees(run: ModelRun, point: Point) -> bool:
    """Whether the student's forward agrees with the oracle's; a loss (one number) is compared for several texts."""
    yours = run.filled(point.weights)
    shifts, V = range(1) if np.shape(run.upstream) else range(4), oracle_models.sizes_of(run.name).V
    try:
        for shift in shifts:
            inputs = [(part + shift) % V if part.dtype.kind in "iu" else part for part in run.inputs]
            output = replace(run, inputs=tuple(inputs)).outputs(yours)
            checks.values("forward", output, np.asarray(point.oracle.forward(*inputs)), precision=np.float32)
    except (CheckFailed, CallFailed):
        return False
    return True


def check_overwritten(first: ModelRun, second: ModelRun) -> None:
    """Check that after two forwards and backwards `grads` holds the same arrays, with the values of the second alone.

    The arrays must be in the order of `params`.
    """
    point = point_of(second)
    yours, once = second.filled(point.weights), second.filled(point.weights)
    shapes = [oracle_models.received_shapes(second.name, yours, attribute) for attribute in ("grads", "params")]
    if shapes[0] != shapes[1]:
        label = f"{second.label}: grads, an array for each of params in the same order"
        raise CheckFailed(label, f"the shapes {str(shapes[0])[:200]}", f"the shapes {str(shapes[1])[:200]}")
    refs = [yours.ref("grads", i) for i in range(len(point.weights))]
    first.outputs(yours)
    first.backward(yours)
    refs += [yours.ref("grads", i) for i in range(len(point.weights))]
    first.outputs(once)  # so that forward carries the same state on in both
    second.outputs(yours)
    second.outputs(once)
    twice = second.gradients(yours, point, second.backward(yours))
    checks.in_place(f"{second.label}: the arrays of grads, written in place", refs, [*yours.get("grads")] * 2)
    alone = second.gradients(once, point, second.backward(once))
    for name, mine, wanted in zip(_titles(second, point), twice, alone, strict=True):
        checks.values(f"{second.label} after a second call: the gradient of {name}", mine, wanted)
    check_gradients(second)


def check_upstream_untouched(run: ModelRun, title: str) -> None:
    """Check that backward leaves the upstream gradient unchanged and still returns the right gradients."""
    assert isinstance(run.upstream, np.ndarray)
    point = point_of(run)
    yours = run.filled(point.weights)
    run.outputs(yours)
    kept = run.student.put(run.upstream)
    run.backward(yours, kept)
    checks.untouched(f"{run.label}: its argument {title}", kept, run.upstream)
    check_gradients(run)


def check_dtype(run: ModelRun) -> None:
    """Check that gradients have the dtype of the parameters and the right values."""
    point = point_of(run)
    yours = run.filled(point.weights)
    run.outputs(yours)
    returned = run.backward(yours)
    run.gradients(yours, point, returned)
    mine = [param.dtype for param in yours.get("params")]
    for i, (grad, dtype) in enumerate(zip(yours.get("grads"), mine, strict=False)):
        checks.dtype(f"{run.label}: the dtype of grads[{i}]", grad, dtype)
    if run.state:
        checks.dtype(f"{run.label}: the dtype of d{run.state}", returned, mine[0])
    check_gradients(run)


def _titles(run: ModelRun, point: Point) -> list[str]:
    return [*point.names, *([run.state] if run.state else [])]


def _check_slopes(run: ModelRun, point: Point, received: Sequence[Array]) -> None:
    """Check each gradient against differences of the student's own forward.

    A parameter may have no influence there (a first hidden state does not depend on Wh); the state always must.
    """
    idle = []
    for i, (name, grad) in enumerate(zip(_titles(run, point), received, strict=True)):
        label = f"{run.label}: the gradient of {name}"
        rng = hidden_rng(run.seed)
        directions = [unit_direction(grad.shape, rng) for _ in range(DIRECTIONS)]
        if not any(abs(_slope(run, point, i, v, STEPS[0])[0]) > 1e-9 for v in directions):
            idle.append(name)
            if len(idle) > may_be_idle(point.names) or i == len(point.weights):
                raise CheckFailed(label, f"what your forward pass gives does not depend on {name}", "that it does")
            checks.values(label, grad, np.zeros_like(grad))
            continue
        for v in directions:
            _check_direction(run, point, i, grad, v)


def _check_direction(run: ModelRun, point: Point, i: int, grad: Array, v: Array) -> None:
    """Check one gradient's component along v against the slope, with the first step size that fits."""
    title = f"{run.label}: the gradient of {_titles(run, point)[i]}, its part along a random direction"
    typical = float(np.sqrt(np.mean(grad.astype(np.float64) ** 2)))
    mine = float(np.vdot(grad, v))
    for step in STEPS:
        slope, size = _slope(run, point, i, v, step)
        allowed = RELATIVE * typical + min(ROUNDING * size / step, ROUNDING_CAP * typical)
        if abs(mine - slope) <= allowed:
            break
    checks.values(f"{title}, against the slope of your own forward pass", mine, slope, atol=allowed)


def _slope(run: ModelRun, point: Point, i: int, v: Array, step: float) -> tuple[float, float]:
    """The slope of the loss along v in array i (the one after the weights is the state), and the largest |loss| met."""
    losses = [_loss_at(run, point, i, k * step * v) for k in (-2, -1, 1, 2)]
    weighed = sum(weight * value for weight, value in zip((1, -8, 8, -1), losses, strict=True))
    return weighed / (12 * step), max(map(abs, losses))


def _loss_at(run: ModelRun, point: Point, i: int, move: Array) -> float:
    """The loss of a fresh object with one array moved. Raises CheckFailed if it is not a finite number."""
    weights = [(w + move).astype(np.float32) if j == i else w for j, w in enumerate(point.weights)]
    if i == len(weights):
        run = replace(run, inputs=(*run.inputs[:-1], (run.inputs[-1] + move).astype(np.float32)))
    return number(f"{run.name}.forward, on the way to backward", run.loss(run.filled(weights)))
