"""The backward of an encoder, a decoder or a model of both, in float32.

Where the student's forward agrees with the oracle's at these weights, so must the gradients. Where it does not, that
is another question's loss: then each gradient is judged by the slopes of the student's own forward. Sizes of 1 are
asked of a right forward only; a wrong one may give nothing there that has a slope.

Those slopes are five-point differences along unit directions. With a step of 0.1 the formula is good to about 1e-4 of
the slope, float32 losses to 1e-6 of their size over the step; a gradient may be off by 1 % of a typical entry and
that rounding, and a mistake such as a path left out is tens of percent. A forward that jumps (it may read back what
it has chosen itself) has slopes only between two jumps: so smaller steps are tried where the first does not fit, and
there rounding may make up to 5 % of a typical entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import checks
from autograder.checks.slopes import unit_direction
from autograder.errors import CallFailed, CheckFailed
from autograder.hidden_inputs import hidden_rng
from autograder.student import RemoteObject, Student
from autograder.suites import oracles_seq2seq as oracles
from autograder.suites.model_weights import own_weights
from autograder.suites.received import Array, array, arrays, number

STEPS = (0.1, 0.02, 0.004, 0.001)
DIRECTIONS = 3
RELATIVE = 1e-2
ROUNDING = 16 * float(np.finfo(np.float32).eps)  # per unit of loss over the step ...
ROUNDING_CAP = 5e-2  # ... but never more than this part of a typical entry


@dataclass(frozen=True)
class ModelRun:
    """A class, weights, one forward and what comes back.

    name, seed   the class and the seed of the weights that it is filled with
    inputs       arguments of forward
    upstream     argument of backward: an array of the shape of forward's output, or the dout of a loss
    said         whether backward is told `upstream` or must take it to be 1
    state        the name of the last input if it has a gradient, which backward returns: h, enc_hs
    """

    student: Student
    reference: SimpleNamespace
    name: str
    seed: int
    inputs: tuple[Array, ...]
    upstream: Array | float
    said: bool = True
    state: str = ""

    @property
    def where(self) -> str:
        """The call that a failure is about."""
        return f"{self.name}.backward"

    def filled(self, weights: Sequence[Array]) -> RemoteObject:
        """A fresh object of the student's with these weights."""
        yours = self.student.new(self.name, *oracles.sizes_of(self.name).arguments, rng=self.student.rng(self.seed))
        oracles.fill(self.name, yours, weights)
        return yours

    def outputs(self, yours: RemoteObject) -> Array:
        """What the student's forward returns, of the shape of `upstream`."""
        where, shape = f"{self.name}.forward, on the way to backward", np.shape(self.upstream)
        value = yours.call("forward", *self.inputs)
        return array(where, value, shape) if shape else np.asarray(number(where, value))

    def loss(self, yours: RemoteObject) -> float:
        """The output times the upstream gradient, added up."""
        return float(np.sum(self.outputs(yours).astype(np.float64) * self.upstream))

    def backward(self, yours: RemoteObject, upstream: Any = None) -> Any:
        """What the student's backward returns."""
        told = self.upstream if upstream is None else upstream
        return yours.call("backward", *([told] if self.said else []))

    def gradients(self, yours: RemoteObject, point: Point, returned: Any) -> list[Array]:
        """The student's `grads` in the order of `point`, found by shape, and the state's gradient if it has one."""
        wanted = [weight.shape for weight in point.weights]
        received = oracles.received_shapes(self.name, yours, "grads")
        order = oracles.places(received, wanted)
        if order is None:
            raise CheckFailed(f"{self.where}: the shapes of grads", str(received)[:200], str(wanted))
        grads = arrays(f"{self.where}: grads", yours.get("grads"), [wanted[i] for i in order])
        found = [grads[order.index(i)] for i in range(len(grads))]
        return [*found, array(f"{self.where}: d{self.state}", returned, self.inputs[-1].shape)] if self.state else found


@dataclass(frozen=True)
class Point:
    """Where gradients are taken, and what the oracle knows of it.

    names, weights   the student's parameters, in the oracle's order if they are the oracle's
    wanted           the oracle's gradients, then that of the state; None where the student's parameters are others
    oracle           the reference's object of these weights
    """

    names: tuple[str, ...]
    weights: list[Array]
    wanted: list[Array] | None
    oracle: Any


def point_of(run: ModelRun) -> Point:
    """The oracle's forward and backward; weights of the suite's own for whatever parameters the student has."""
    oracle = oracles.filled_oracle(run.reference, run.name, run.seed)
    weights = [param.copy() for param in oracle.params]
    oracle.forward(*run.inputs)
    returned = oracle.backward(run.upstream)
    names = oracles.names_of(oracle)
    still = [name for name, grad in zip(names, oracle.grads, strict=True) if not np.any(grad)]
    assert len(still) <= _may_be_idle(names), "several of the oracle's gradients are zero"
    yours = run.student.new(run.name, *oracles.sizes_of(run.name).arguments, rng=run.student.rng(run.seed))
    shapes = oracles.received_shapes(run.name, yours)
    if oracles.places(shapes, oracles.shapes_of(oracle)) is None:
        names = tuple(f"params[{i}]" for i in range(len(shapes)))
        return Point(names, own_weights(names, shapes, run.seed), None, oracle)
    wanted = [*oracle.grads, *([returned] if run.state else [])]
    return Point(names, weights, wanted, oracle)


def check_gradients(run: ModelRun, note: str = "", otherwise: ModelRun | None = None) -> None:
    """Every gradient against the oracle's where the forward agrees with it, else against the forward's slopes.

    otherwise   what is judged in place of `run` where the forward does not agree with the oracle's
    """
    point = point_of(run)
    right = point.wanted is not None and forward_agrees(run, point)
    if not right and otherwise is not None:
        return check_gradients(otherwise)
    yours = run.filled(point.weights)
    run.outputs(yours)
    received = run.gradients(yours, point, run.backward(yours))
    if not right or point.wanted is None:
        return _check_slopes(run, point, received)
    for name, mine, wanted in zip(_titles(run, point), received, point.wanted, strict=True):
        checks.values(f"{run.where}{note}: the gradient of {name}", mine, wanted)
    return None


def forward_agrees(run: ModelRun, point: Point) -> bool:
    """Whether the student's forward gives what the oracle's does; a loss, being one number, for several texts."""
    yours = run.filled(point.weights)
    shifts, V = range(1) if np.shape(run.upstream) else range(4), oracles.sizes_of(run.name).V
    try:
        for shift in shifts:
            inputs = [(part + shift) % V if part.dtype.kind in "iu" else part for part in run.inputs]
            output = replace(run, inputs=tuple(inputs)).outputs(yours)
            checks.values("forward", output, np.asarray(point.oracle.forward(*inputs)), precision=np.float32)
    except (CheckFailed, CallFailed):
        return False
    return True


def check_overwritten(first: ModelRun, second: ModelRun) -> None:
    """Two forwards and backwards: the arrays of `grads` stay, and hold what the second alone would have put there."""
    point = point_of(second)
    yours, once = second.filled(point.weights), second.filled(point.weights)
    refs = [yours.ref("grads", i) for i in range(len(point.weights))]
    first.outputs(yours)
    first.backward(yours)
    refs += [yours.ref("grads", i) for i in range(len(point.weights))]
    first.outputs(once)  # whatever forward carries on is the same in both
    second.outputs(yours)
    second.outputs(once)
    twice = second.gradients(yours, point, second.backward(yours))
    checks.in_place(f"{second.where}: the arrays of grads, written in place", refs, [*yours.get("grads")] * 2)
    alone = second.gradients(once, point, second.backward(once))
    for name, mine, wanted in zip(_titles(second, point), twice, alone, strict=True):
        checks.values(f"{second.where} after a second call: the gradient of {name}", mine, wanted)
    check_gradients(second)


def check_upstream_untouched(run: ModelRun, title: str) -> None:
    """Backward leaves what came from above as it was, and its gradients are right all the same."""
    assert isinstance(run.upstream, np.ndarray)
    point = point_of(run)
    yours = run.filled(point.weights)
    run.outputs(yours)
    kept = run.student.put(run.upstream)
    run.backward(yours, kept)
    checks.untouched(f"{run.where}: its argument {title}", kept, run.upstream)
    check_gradients(run)


def check_dtype(run: ModelRun) -> None:
    """Gradients have the dtype of the parameters, and the right values."""
    point = point_of(run)
    yours = run.filled(point.weights)
    run.outputs(yours)
    returned = run.backward(yours)
    run.gradients(yours, point, returned)
    mine = [param.dtype for param in yours.get("params")]
    for i, (grad, dtype) in enumerate(zip(yours.get("grads"), mine, strict=False)):
        checks.dtype(f"{run.where}: the dtype of grads[{i}]", grad, dtype)
    if run.state:
        checks.dtype(f"{run.where}: the dtype of d{run.state}", returned, mine[0])
    check_gradients(run)


def _may_be_idle(names: Sequence[str]) -> int:
    """How many parameters may be without influence: for each LSTM that starts from zeros, its Wh."""
    return max(1, sum(name.startswith("Wh") and not name.endswith("decoder") for name in names))


def _titles(run: ModelRun, point: Point) -> list[str]:
    return [*point.names, *([run.state] if run.state else [])]


def _check_slopes(run: ModelRun, point: Point, received: Sequence[Array]) -> None:
    """Each gradient against differences of the student's own forward.

    A parameter may be without influence there (a first hidden state does not depend on Wh), but never the state.
    """
    idle = []
    for i, (name, grad) in enumerate(zip(_titles(run, point), received, strict=True)):
        where = f"{run.where}: the gradient of {name}"
        rng = hidden_rng(run.seed)
        directions = [unit_direction(grad.shape, rng) for _ in range(DIRECTIONS)]
        if not any(abs(_slope(run, point, i, v, STEPS[0])[0]) > 1e-9 for v in directions):
            idle.append(name)
            if len(idle) > _may_be_idle(point.names) or i == len(point.weights):
                raise CheckFailed(where, f"what your forward pass gives does not depend on {name}", "that it does")
            checks.values(where, grad, np.zeros_like(grad))
            continue
        for v in directions:
            _check_direction(run, point, i, grad, v)


def _check_direction(run: ModelRun, point: Point, i: int, grad: Array, v: Array) -> None:
    """One gradient's part along v against the slope there, by the first step that fits."""
    title = f"{run.where}: the gradient of {_titles(run, point)[i]}, its part along a random direction"
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
    """The loss with one array moved, from a fresh object; CheckFailed if it is no finite number."""
    weights = [(w + move).astype(np.float32) if j == i else w for j, w in enumerate(point.weights)]
    if i == len(weights):
        run = replace(run, inputs=(*run.inputs[:-1], (run.inputs[-1] + move).astype(np.float32)))
    return number(f"{run.name}.forward, on the way to backward", run.loss(run.filled(weights)))
