"""One forward and backward of an encoder, a decoder or a model of both, and what the oracle knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing.checks.received import Array, array, arrays, finite, number
from autograder.testing.sequence_models import oracle_models as oracles
from autograder.testing.sequence_models.likeness import Side
from autograder.testing.sequence_models.weights import Sizes, own_weights
from autograder.testing.student import RemoteObject, Student


@dataclass(frozen=True)
class ModelRun:
    """A class, weights, one forward and what comes back.

    name, seed   the class and the seed of the weights that it is filled with
    inputs       arguments of forward
    upstream     argument of backward: an array of the shape of forward's output, or the dout of a loss
    said         whether backward is told `upstream` or must take it to be 1
    state        the name of the last input if it has a gradient, which backward returns: h, enc_hs
    sizes        of the model; those of its class if None
    """

    student: Student
    reference: SimpleNamespace
    name: str
    seed: int
    inputs: tuple[Array, ...]
    upstream: Array | float
    said: bool = True
    state: str = ""
    sizes: Sizes | None = None

    @property
    def where(self) -> str:
        """The call that a failure is about."""
        return f"{self.name}.backward"

    def filled(self, weights: Sequence[Array]) -> RemoteObject:
        """A fresh object of the student's with these weights."""
        yours = self.drawn()
        oracles.fill(self.name, yours, weights)
        return yours

    def drawn(self) -> RemoteObject:
        """A fresh object of the student's with the weights it draws itself."""
        sizes = self.sizes or oracles.sizes_of(self.name)
        return self.student.new(self.name, *sizes.arguments, rng=self.student.rng(self.seed))

    def outputs(self, yours: RemoteObject) -> Array:
        """What the student's forward returns, of the shape of `upstream`."""
        where, shape = f"{self.name}.forward, on the way to backward", np.shape(self.upstream)
        value = yours.call("forward", *self.inputs)
        return array(where, value, shape) if shape else np.asarray(number(where, value))

    def loss(self, yours: RemoteObject) -> float:
        """The output times the upstream gradient, added up."""
        return float(np.sum(self.outputs(yours).astype(np.float64) * self.upstream))

    def backward(self, yours: RemoteObject, upstream: Any = None, timeout_s: float | None = None) -> Any:
        """What the student's backward returns."""
        told = self.upstream if upstream is None else upstream
        return yours.call("backward", *([told] if self.said else []), timeout_s=timeout_s)

    def gradients(self, yours: RemoteObject, point: Point, returned: Any) -> list[Array]:
        """The student's `grads` in the order of `point`, found by shape, and the state's gradient if it has one."""
        wanted = [weight.shape for weight in point.weights]
        received = oracles.received_shapes(self.name, yours, "grads")
        order = oracles.places(received, wanted)
        if order is None:
            raise CheckFailed(f"{self.where}: the shapes of grads", str(received)[:200], str(wanted))
        grads = arrays(f"{self.where}: grads", yours.get("grads"), [wanted[i] for i in order])
        grads = [finite(f"{self.where}: grads", grad) for grad in grads]
        found = [grads[order.index(i)] for i in range(len(grads))]
        if not self.state:
            return found
        where = f"{self.where}: d{self.state}"
        return [*found, finite(where, array(where, returned, self.inputs[-1].shape))]

    def side(self, point: Point) -> Side:
        """The gradients as a function of the weights, the state and the upstream gradient, where these are arrays."""
        P = len(point.weights)

        def gradients(at: list[Array]) -> list[Array]:
            run = replace(self, inputs=(*self.inputs[:-1], at[P])) if self.state else self
            run = replace(run, upstream=at[-1]) if isinstance(self.upstream, np.ndarray) else run
            yours = run.filled(at[:P])
            run.outputs(yours)
            return run.gradients(yours, point, run.backward(yours))

        state = [self.inputs[-1]] if self.state else []
        upstream = [self.upstream] if isinstance(self.upstream, np.ndarray) else []
        return Side(gradients, [*point.weights, *state, *upstream])


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
    oracle = oracles.filled_oracle(run.reference, run.name, run.seed, run.sizes)
    weights = [param.copy() for param in oracle.params]
    oracle.forward(*run.inputs)
    returned = oracle.backward(run.upstream)
    names = oracles.names_of(oracle)
    still = [name for name, grad in zip(names, oracle.grads, strict=True) if not np.any(grad)]
    assert len(still) <= may_be_idle(names), "several of the oracle's gradients are zero"
    shapes = oracles.received_shapes(run.name, run.drawn())
    if oracles.places(shapes, oracles.shapes_of(oracle)) is None:
        names = tuple(f"params[{i}]" for i in range(len(shapes)))
        return Point(names, own_weights(names, shapes, run.seed), None, oracle)
    wanted = [*oracle.grads, *([returned] if run.state else [])]
    return Point(names, weights, wanted, oracle)


def may_be_idle(names: Sequence[str]) -> int:
    """How many parameters may be without influence: for each LSTM that starts from zeros, its Wh."""
    return max(1, sum(name.startswith("Wh") and not name.endswith("decoder") for name in names))
