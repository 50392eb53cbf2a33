"""One forward and backward of an encoder, a decoder or a model of both, and the oracle's results for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing.checks.plain_values import Array, array, arrays, finite, number
from autograder.testing.sequence_models import oracle_models
from autograder.testing.sequence_models.likeness import Side
from autograder.testing.sequence_models.weights import Sizes, own_weights
from autograder.testing.student import RemoteObject, Student


@dataclass(frozen=True)
class ModelRun:
    """A class, weights, one forward and one backward.

    name, seed       the class, and the seed of the weights that it is filled with
    inputs           arguments of forward
    upstream         argument of backward: an array of the shape of forward's output, or the dout of a loss
    passes_upstream  whether `upstream` is passed to backward, or backward must assume 1
    state            the name of the last input if backward returns its gradient: h, enc_hs
    sizes            sizes of the model; those of its class if None
    """

    student: Student
    reference: SimpleNamespace
    name: str
    seed: int
    inputs: tuple[Array, ...]
    upstream: Array | float
    passes_upstream: bool = True
    state: str = ""
    sizes: Sizes | None = None

    @property
    def label(self) -> str:
        """The call that a failure is about."""
        return f"{self.name}.backward"

    def filled(self, weights: Sequence[Array]) -> RemoteObject:
        """A fresh object of the student's with these weights."""
        yours = self.drawn()
        oracle_models.fill(self.name, yours, weights)
        return yours

    def drawn(self) -> RemoteObject:
        """A fresh object of the student's with the weights that it draws itself."""
        sizes = self.sizes or oracle_models.sizes_of(self.name)
        return self.student.new(self.name, *sizes.arguments, rng=self.student.rng(self.seed))

    def outputs(self, yours: RemoteObject) -> Array:
        """The result of the student's forward, of the shape of `upstream`."""
        label, shape = f"{self.name}.forward, on the way to backward", np.shape(self.upstream)
        value = yours.call("forward", *self.inputs)
        return array(label, value, shape) if shape else np.asarray(number(label, value))

    def loss(self, yours: RemoteObject) -> float:
        """The output times the upstream gradient, added up."""
        return float(np.sum(self.outputs(yours).astype(np.float64) * self.upstream))

    def backward(self, yours: RemoteObject, upstream: Any = None, timeout_s: float | None = None) -> Any:
        """The result of the student's backward."""
        told = self.upstream if upstream is None else upstream
        return yours.call("backward", *([told] if self.passes_upstream else []), timeout_s=timeout_s)

    def gradients(self, yours: RemoteObject, point: Point, returned: Any) -> list[Array]:
        """The student's `grads`, matched to `point` by shape, then the state's gradient if it has one."""
        wanted = [weight.shape for weight in point.weights]
        received = oracle_models.received_shapes(self.name, yours, "grads")
        order = oracle_models.places(received, wanted)
        if order is None:
            raise CheckFailed(f"{self.label}: the shapes of grads", str(received)[:200], str(wanted))
        grads = arrays(f"{self.label}: grads", yours.get("grads"), [wanted[i] for i in order])
        grads = [finite(f"{self.label}: grads", grad) for grad in grads]
        ordered_grads = [grads[order.index(i)] for i in range(len(grads))]
        if not self.state:
            return ordered_grads
        label = f"{self.label}: d{self.state}"
        return [*ordered_grads, finite(label, array(label, returned, self.inputs[-1].shape))]

    def side(self, point: Point) -> Side:
        """The gradients as a function of the weights, the state and the upstream gradient, where these are arrays."""
        P = len(point.weights)

        def gradients(arguments: list[Array]) -> list[Array]:
            run = replace(self, inputs=(*self.inputs[:-1], arguments[P])) if self.state else self
            run = replace(run, upstream=arguments[-1]) if isinstance(self.upstream, np.ndarray) else run
            yours = run.filled(arguments[:P])
            run.outputs(yours)
            return run.gradients(yours, point, run.backward(yours))

        state = [self.inputs[-1]] if self.state else []
        upstream = [self.upstream] if isinstance(self.upstream, np.ndarray) else []
        return Side(gradients, [*point.weights, *state, *upstream])


@dataclass(frozen=True)
class Point:
    """The weights at which gradients are taken, and the oracle's gradients there.

    names, weights   the student's parameters, in the oracle's order if they have the oracle's shapes
    wanted           the oracle's gradients, then that of the state; None if the shapes differ
    oracle           the reference's object of these weights
    """

    names: tuple[str, ...]
    weights: list[Array]
    wanted: list[Array] | None
    oracle: Any


def point_of(run: ModelRun) -> Point:
    """Run the oracle forward and backward; make weights for the student's parameters, whatever their shapes."""
    oracle = oracle_models.filled_oracle(run.reference, run.name, run.seed, run.sizes)
    weights = [param.copy() for param in oracle.params]
    oracle.forward(*run.inputs)
    returned = oracle.backward(run.upstream)
    names = oracle_models.names_of(oracle)
    still = [name for name, grad in zip(names, oracle.grads, strict=True) if not np.any(grad)]
    assert len(still) <= may_be_idle(names), "several of the oracle's gradients are zero"
    shapes = oracle_models.received_shapes(run.name, run.drawn())
    if oracle_models.places(shapes, oracle_models.shapes_of(oracle)) is None:
        names = tuple(f"params[{i}]" for i in range(len(shapes)))
        return Point(names, own_weights(names, shapes, run.seed), None, oracle)
    wanted = [*oracle.grads, *([returned] if run.state else [])]
    return Point(names, weights, wanted, oracle)


def may_be_idle(names: Sequence[str]) -> int:
    """The number of parameters that may have no influence: Wh of each LSTM that starts from zeros."""
    return max(1, sum(name.startswith("Wh") and not name.endswith("decoder") for name in names))
