"""Numerical checks of one layer's backward against the student's own forward.

A `LayerRun` holds a layer's weights, inputs and upstream gradient. A wrong forward costs the forward question; the
backward question is lost only if backward does not fit that forward. If the forward is an entirely different function
(`autograder.testing.sequence_models.likeness`), the gradients must be the reference's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.errors import TaskError
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array, arrays, finite
from autograder.testing.sequence_models.likeness import LEEWAY, Side, is_alike
from autograder.testing.student import RemoteObject, Student

PARAMETERS = ("Wx", "Wh", "b")


@dataclass(frozen=True)
class LayerRun:
    """A layer, its input and its upstream gradient.

    name         the class, made as `name(*weights)`
    weights      its parameters, in the order of `params`
    inputs       arguments of forward
    upstream     arguments of backward, of the shapes that forward returns
    input_names  the inputs' names; backward returns the gradient of each
    parameters   the parameters' names
    fixed        further arguments of forward, which have no gradient: a mask, lengths
    ordinary     the run to compare with the reference's if this one is too small to tell much from gradients
    leeway       the share of the traits of the reference's gradients that the student's may lack
    """

    student: Student
    name: str
    weights: Sequence[Array]
    inputs: Sequence[Array]
    upstream: Sequence[Array]
    input_names: Sequence[str]
    parameters: Sequence[str] = PARAMETERS
    fixed: Sequence[Any] = ()
    ordinary: LayerRun | None = None
    leeway: float = LEEWAY

    def layer(self) -> RemoteObject:
        """A fresh layer in the student's process."""
        return self.student.new(self.name, *self.weights)

    def outputs(self, layer: RemoteObject) -> list[Array]:
        """The results of forward, one array per upstream gradient."""
        value = layer.call("forward", *self.inputs, *self.fixed)
        several = value if len(self.upstream) > 1 else [value]
        return arrays(f"{self.name}.forward", several, [part.shape for part in self.upstream])

    def loss(self) -> float:
        """Outputs times upstream, added up: its gradient is what backward returns."""
        parts = zip(self.outputs(self.layer()), self.upstream, strict=True)
        return float(sum(np.sum(output * weight) for output, weight in parts))

    def backward(self, layer: RemoteObject) -> list[Array]:
        """Forward, then backward: the gradients of the inputs."""
        self.outputs(layer)
        return self.returned(layer.call("backward", *self.upstream))

    def returned(self, value: Any) -> list[Array]:
        """The result of backward as arrays of the shapes of the inputs that have a gradient."""
        several = value if len(self.input_names) > 1 else [value]
        label = f"{self.name}.backward"
        return [finite(label, part) for part in arrays(label, several, [part.shape for part in self.inputs])]

    def grads(self, layer: RemoteObject) -> list[Array]:
        """The layer's `grads`, of the shapes of the parameters; ignored for a layer without parameters."""
        if not self.weights:
            return []
        label = f"{self.name}.grads"
        received = arrays(label, layer.get("grads"), [weight.shape for weight in self.weights])
        return [finite(label, grad) for grad in received]

    def of_reference(self) -> LayerRun:
        """The same run of the reference's layer."""
        if self.student.reference is None:
            raise TaskError("there is no reference to compare with")
        return replace(self, student=self.student.reference)

    def gradients(self, arguments: Sequence[Array]) -> list[Array]:
        """The gradients of the parameters, then those of the inputs, with other weights, inputs and upstream."""
        P, F = len(self.weights), len(self.weights) + len(self.inputs)
        run = replace(self, weights=arguments[:P], inputs=arguments[P:F], upstream=arguments[F:])
        layer = run.layer()
        returned = run.backward(layer)
        return [*run.grads(layer), *returned]

    def side(self) -> Side:
        """The gradients as a function of weights, inputs and upstream."""
        return Side(self.gradients, [*self.weights, *self.inputs, *self.upstream])

    def is_alike(self) -> bool:
        """Whether the student's forward is the reference's function, or nearly so."""
        if self.ordinary is not None:
            return self.ordinary.is_alike()
        asked = self.of_reference()
        pairs = zip(self.outputs(self.layer()), asked.outputs(asked.layer()), strict=True)
        if all(yours.shape == wanted.shape and np.allclose(yours, wanted, 1e-6, 1e-9) for yours, wanted in pairs):
            return True
        return is_alike(self.side(), asked.side(), self.leeway)

    def as_float32(self) -> LayerRun:
        """The same run in float32."""
        return replace(
            self, weights=_narrow(self.weights), inputs=_narrow(self.inputs), upstream=_narrow(self.upstream)
        )


def check_input_gradients(
    run: LayerRun, seed: int, returned: Sequence[Array] | None = None, zero: Sequence[str] = ()
) -> None:
    """Check the gradients returned by backward against differences of forward; those named in `zero` must be zero."""
    analytic = run.backward(run.layer()) if returned is None else returned
    if not run.is_alike():
        wanted = run.of_reference()
        return _check_against(run, run.input_names, analytic, wanted.backward(wanted.layer()))

    def loss(arguments: list[Array]) -> float:
        return replace(run, inputs=arguments).loss()

    label, names = f"{run.name}.backward", run.input_names
    checks.gradient(label, loss, run.inputs, list(analytic), seed=seed, names=names, expect_zero=zero)
    return None


def check_parameter_gradients(
    run: LayerRun, seed: int, grads: Sequence[Array] | None = None, note: str = "", zero: Sequence[str] = ()
) -> None:
    """Check each array of `grads` against differences of forward; those named in `zero` must be zero."""
    if grads is None:
        layer = run.layer()
        run.backward(layer)
        grads = run.grads(layer)
    if not run.is_alike():
        wanted = run.of_reference()
        layer = wanted.layer()
        wanted.backward(layer)
        return _check_against(run, run.parameters, grads, wanted.grads(layer))

    def loss(arguments: list[Array]) -> float:
        return replace(run, weights=arguments).loss()

    label = f"{run.name}.backward, grads{note}"
    checks.gradient(label, loss, run.weights, list(grads), seed=seed, names=run.parameters, expect_zero=zero)
    return None


def _check_against(run: LayerRun, names: Sequence[str], yours: Sequence[Array], wanted: Sequence[Array]) -> None:
    """Check gradients against the reference's, as the slopes of a different function prove nothing."""
    for name, mine, theirs in zip(names, yours, wanted, strict=True):
        label = f"{run.name}.backward: the gradient of {name} (your forward pass is not the function asked for)"
        checks.values(label, mine, theirs)


def check_grads_overwritten(first: LayerRun, second: LayerRun, seed: int) -> None:
    """Check that after two backward calls `grads` holds the same arrays, with the second call's gradients."""
    layer = first.layer()
    refs = [layer.ref("grads", i) for i in range(len(first.weights))]
    first.backward(layer)
    second.backward(layer)
    grads = second.grads(layer)
    checks.in_place(f"{first.name}.backward: the arrays of grads, written in place", refs, layer.get("grads"))
    check_parameter_gradients(second, seed)
    once = first.layer()  # with the same state carried on by forward, but without the first backward
    first.outputs(once)
    second.backward(once)
    for name, yours, wanted in zip(first.parameters, grads, second.grads(once), strict=True):
        checks.values(f"{first.name}.backward after a second call: the gradient of {name}", yours, wanted)


def check_float32_kept(run: LayerRun, seed: int) -> None:
    """Check that gradients keep the dtype, float32 or float64, and have the same values, which must fit forward."""
    wide_layer = run.layer()
    wide = run.backward(wide_layer)
    check_input_gradients(run, seed, wide)
    narrow_run = run.as_float32()
    narrow_layer = narrow_run.layer()
    narrow = narrow_run.backward(narrow_layer)
    parts = [*run.input_names, *(run.parameters if run.weights else ())]
    pairs = zip([*narrow, *narrow_run.grads(narrow_layer)], [*wide, *run.grads(wide_layer)], strict=True)
    for name, (yours, wanted) in zip(parts, pairs, strict=True):
        checks.dtype(f"{run.name}.backward in float64: the gradient of {name}", wanted, np.float64)
        label = f"{run.name}.backward in float32: the gradient of {name}"
        checks.values(label, yours, wanted.astype(np.float32), dtype=np.float32)


def check_upstream_untouched(run: LayerRun, upstream_names: Sequence[str], seed: int) -> None:
    """Check that backward leaves the upstream gradient unchanged and still returns the right gradients."""
    layer = run.layer()
    run.outputs(layer)
    kept = [run.student.put(part) for part in run.upstream]
    returned = run.returned(layer.call("backward", *kept))
    for name, ref, sent in zip(upstream_names, kept, run.upstream, strict=True):
        checks.untouched(f"{run.name}.backward: its argument {name}", ref, sent)
    check_input_gradients(run, seed, returned)


def starts_at_the_first_step(run: LayerRun) -> bool:
    """Whether the student's forward gives the same result for the first step as for that step alone.

    A forward that reads the text in another order lets the initial state enter elsewhere: the forward's mistake.
    """
    alone = replace(run, inputs=[run.inputs[0][:, :1]], upstream=[run.upstream[0][:, :1]])
    return np.allclose(run.outputs(run.layer())[0][:, :1], alone.outputs(alone.layer())[0])


def initial_state_gradient(run: LayerRun, layer: RemoteObject, returned: Sequence[Array]) -> tuple[Array, Array]:
    """A time layer's `.dh`, and the wanted value, derived from the student's own gradient of the first input.

    From a zero start, h enters the first step only through x Wx + h Wh. Where Wx has full column rank (D >= 4H), the
    gradient at that sum follows from dx at the first step, and the gradient of h from it.
    """
    Wx, Wh, _ = run.weights
    assert Wx.shape[0] >= Wx.shape[1], "D must be at least 4H"
    wanted = returned[0][:, 0] @ np.linalg.pinv(Wx.T) @ Wh.T
    return array(f"{run.name}.dh after backward", layer.get("dh"), wanted.shape), wanted


def _narrow(parts: Sequence[Array]) -> list[Array]:
    return [part.astype(np.float32) for part in parts]
