"""One layer's backward judged numerically against the student's own forward.

A `LayerRun` says how a layer is made, what it is fed and which upstream gradient comes back. A wrong forward costs the
forward question, and only a backward that does not fit it costs this one; unless the forward is another function
altogether (`autograder.testing.sequence_models.likeness`): then the gradients must be the reference's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.errors import TaskError
from autograder.testing import checks
from autograder.testing.checks.received import Array, array, arrays, finite
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
    ordinary     where sizes are so small that little can be told from gradients: a run that is compared with the
                 reference's in its place
    leeway       how much the student's function may lack of what the reference's gradients do
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
        """A fresh layer over there."""
        return self.student.new(self.name, *self.weights)

    def outputs(self, layer: RemoteObject) -> list[Array]:
        """What forward returns, one array per upstream gradient."""
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
        """What backward returned as arrays of the shapes of the inputs that have a gradient."""
        several = value if len(self.input_names) > 1 else [value]
        where = f"{self.name}.backward"
        return [finite(where, part) for part in arrays(where, several, [part.shape for part in self.inputs])]

    def grads(self, layer: RemoteObject) -> list[Array]:
        """The layer's `grads`, of the shapes of the parameters; those of a layer without any are not looked at."""
        if not self.weights:
            return []
        where = f"{self.name}.grads"
        received = arrays(where, layer.get("grads"), [weight.shape for weight in self.weights])
        return [finite(where, grad) for grad in received]

    def of_reference(self) -> LayerRun:
        """The same of the reference's layer."""
        if self.student.reference is None:
            raise TaskError("there is no reference to compare with")
        return replace(self, student=self.student.reference)

    def gradients(self, at: Sequence[Array]) -> list[Array]:
        """The gradients of the parameters, then those of the inputs, with other weights, inputs and upstream."""
        P, F = len(self.weights), len(self.weights) + len(self.inputs)
        run = replace(self, weights=at[:P], inputs=at[P:F], upstream=at[F:])
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
        """The same in float32."""
        return replace(
            self, weights=_narrow(self.weights), inputs=_narrow(self.inputs), upstream=_narrow(self.upstream)
        )


def check_input_gradients(
    run: LayerRun, seed: int, returned: Sequence[Array] | None = None, zero: Sequence[str] = ()
) -> None:
    """Each gradient that backward returns against differences of forward; those named in `zero` must be zero."""
    analytic = run.backward(run.layer()) if returned is None else returned
    if not run.is_alike():
        wanted = run.of_reference()
        return _check_against(run, run.input_names, analytic, wanted.backward(wanted.layer()))

    def loss(at: list[Array]) -> float:
        return replace(run, inputs=at).loss()

    where, names = f"{run.name}.backward", run.input_names
    checks.gradient(where, loss, run.inputs, list(analytic), seed=seed, names=names, expect_zero=zero)
    return None


def check_parameter_gradients(
    run: LayerRun, seed: int, grads: Sequence[Array] | None = None, note: str = "", zero: Sequence[str] = ()
) -> None:
    """Each array of `grads` against differences of forward; those named in `zero` are expected to be zero."""
    if grads is None:
        layer = run.layer()
        run.backward(layer)
        grads = run.grads(layer)
    if not run.is_alike():
        wanted = run.of_reference()
        layer = wanted.layer()
        wanted.backward(layer)
        return _check_against(run, run.parameters, grads, wanted.grads(layer))

    def loss(at: list[Array]) -> float:
        return replace(run, weights=at).loss()

    where = f"{run.name}.backward, grads{note}"
    checks.gradient(where, loss, run.weights, list(grads), seed=seed, names=run.parameters, expect_zero=zero)
    return None


def _check_against(run: LayerRun, names: Sequence[str], yours: Sequence[Array], wanted: Sequence[Array]) -> None:
    """Gradients against the reference's: of a forward that is another function the slopes are not asked for."""
    for name, mine, theirs in zip(names, yours, wanted, strict=True):
        where = f"{run.name}.backward: the gradient of {name} (your forward pass is not the function asked for)"
        checks.values(where, mine, theirs)


def check_grads_overwritten(first: LayerRun, second: LayerRun, seed: int) -> None:
    """Two backward calls: the arrays of `grads` stay the same objects and hold the second call's gradients."""
    layer = first.layer()
    refs = [layer.ref("grads", i) for i in range(len(first.weights))]
    first.backward(layer)
    second.backward(layer)
    grads = second.grads(layer)
    checks.in_place(f"{first.name}.backward: the arrays of grads, written in place", refs, layer.get("grads"))
    check_parameter_gradients(second, seed)
    once = first.layer()  # whatever forward carries on, the gradients of the second call are those without the first
    first.outputs(once)
    second.backward(once)
    for name, yours, wanted in zip(first.parameters, grads, second.grads(once), strict=True):
        checks.values(f"{first.name}.backward after a second call: the gradient of {name}", yours, wanted)


def check_float32_kept(run: LayerRun, seed: int) -> None:
    """float32 in, float32 out; float64 in, float64 out; and the same values, which are checked against forward."""
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
        where = f"{run.name}.backward in float32: the gradient of {name}"
        checks.values(where, yours, wanted.astype(np.float32), dtype=np.float32)


def check_upstream_untouched(run: LayerRun, upstream_names: Sequence[str], seed: int) -> None:
    """Backward leaves what came from above as it was, and its gradients are right all the same."""
    layer = run.layer()
    run.outputs(layer)
    kept = [run.student.put(part) for part in run.upstream]
    returned = run.returned(layer.call("backward", *kept))
    for name, ref, sent in zip(upstream_names, kept, run.upstream, strict=True):
        checks.untouched(f"{run.name}.backward: its argument {name}", ref, sent)
    check_input_gradients(run, seed, returned)


def starts_at_the_first_step(run: LayerRun) -> bool:
    """Whether the student's forward gives for the first step what it gives for that step alone.

    Where it reads the text in another order, the initial state enters elsewhere; that is the forward's mistake.
    """
    alone = replace(run, inputs=[run.inputs[0][:, :1]], upstream=[run.upstream[0][:, :1]])
    return np.allclose(run.outputs(run.layer())[0][:, :1], alone.outputs(alone.layer())[0])


def initial_state_gradient(run: LayerRun, layer: RemoteObject, returned: Sequence[Array]) -> tuple[Array, Array]:
    """A time layer's `.dh`, and what it must be, worked out from the student's own gradient of the first input.

    From a zero start, h enters the first step only through x Wx + h Wh. Where Wx has full column rank (D >= 4H), the
    gradient at that sum follows from dx at the first step, and the gradient of h from it.
    """
    Wx, Wh, _ = run.weights
    assert Wx.shape[0] >= Wx.shape[1], "D must be at least 4H"
    wanted = returned[0][:, 0] @ np.linalg.pinv(Wx.T) @ Wh.T
    return array(f"{run.name}.dh after backward", layer.get("dh"), wanted.shape), wanted


def _narrow(parts: Sequence[Array]) -> list[Array]:
    return [part.astype(np.float32) for part in parts]
