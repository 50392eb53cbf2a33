"""Assignment 06, layers upon layers: residual_stack."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, arrays
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.sequence_models import layer_gradients
from autograder.testing.sequence_models.layer_gradients import LayerRun
from autograder.testing.sequence_models.lstm import lstm_weights
from autograder.testing.student import RemoteObject, Student

residual_stack = partial(
    question, "residual_stack",
    hint="Which two shapes have to be alike for a layer's input to be added, and by how many ways does its gradient "
    "come back then?",
)  # fmt: skip
NAME = "ResidualLSTM"
WIDTHS = (3, 7, 7, 5, 5)  # of the input, and of what each layer gives: added at the second and the fourth layer
ALIKE = (7, 7, 7, 7)  # added at every layer


@dataclass(frozen=True)
class StackRun(LayerRun):
    """A run of the student's `ResidualLSTM` of handed-out TimeLSTMs; the weights are Wx, Wh, b of one after another."""

    def layers(self) -> list[RemoteObject]:
        """Fresh TimeLSTMs over there."""
        weights = self.weights
        return [self.student.new("TimeLSTM", *weights[i : i + 3]) for i in range(0, len(weights), 3)]

    def layer(self) -> RemoteObject:
        """A stack of them."""
        return self.student.new(NAME, self.layers())

    def wanted(self, reference: SimpleNamespace) -> Array:
        """The oracle's hidden states."""
        weights = [weight.copy() for weight in self.weights]
        layers = [reference.TimeLSTM(*weights[i : i + 3]) for i in range(0, len(weights), 3)]
        return np.asarray(reference.ResidualLSTM(layers).forward(*self.inputs))


def stack_run(
    student: Student, seed: int, widths: Sequence[int] = WIDTHS, N: int = 2, T: int = 11, dtype: Any = np.float64
) -> StackRun:
    """A stack whose layers lead from each of the widths to the next; its first input is one of its own."""
    rng = hidden_rng(seed)
    pairs = list(itertools.pairwise(widths))
    weights = [array for D, H in pairs for array in lstm_weights(rng, D, H, dtype)]
    names = [f"{name} of layer {i}" for i in range(len(pairs)) for name in ("Wx", "Wh", "b")]
    xs, dhs = (rng.standard_normal((N, T, size)).astype(dtype) for size in (widths[0], widths[-1]))
    return StackRun(student, NAME, weights, [xs], [dhs], ("xs",), names)


def check_forward(run: StackRun, reference: SimpleNamespace, note: str = "", **kind: Any) -> None:
    """What a fresh stack gives against the oracle's."""
    yours = run.layer().call("forward", *run.inputs)
    checks.values(f"{NAME}.forward{note}: hs", yours, run.wanted(reference), **kind)


@residual_stack(points=4)
def test_residual_stack_values(student: Student, reference: SimpleNamespace) -> None:
    """One layer, three, four; the input added where it is as wide as the output, the first layer's input too."""
    for seed, widths in enumerate(((7, 7), ALIKE, (5, 7, 7, 7), WIDTHS), start=61):
        check_forward(stack_run(student, seed, widths), reference, f" of widths {widths}")


@residual_stack(points=2)
def test_residual_stack_never_broadcasts(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is added where the widths differ: not from one unit to many, nor from many to one."""
    for seed, widths in enumerate(((1, 7), (7, 1), (7, 1, 5), (5, 5, 1), (3, 7), (2, 3, 5, 7)), start=65):
        check_forward(stack_run(student, seed, widths), reference, f" of widths {widths}")


@residual_stack(points=1)
def test_residual_stack_steps_and_rows_as_many_as_units(student: Student, reference: SimpleNamespace) -> None:
    """Only the last axes count, whatever other sizes happen to be alike."""
    for seed, (widths, N, T) in enumerate((((3, 5), 5, 5), ((5, 3), 5, 5), ((1, 3), 3, 1), ((3, 1), 1, 3)), start=71):
        note = f" of {N} x {T} steps, widths {widths}"
        check_forward(stack_run(student, seed, widths, N, T), reference, note)


@residual_stack(points=1)
def test_residual_stack_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """T = 1, N = 1, every size 1."""
    for seed, (widths, N, T) in enumerate(((WIDTHS, 1, 5), (WIDTHS, 3, 1), ((1, 1, 1), 1, 1)), start=75):
        run = stack_run(student, seed, widths, N, T)
        check_forward(run, reference, f" of {N} x {T} steps, widths {widths}")
        layer_gradients.check_input_gradients(run, seed)


@residual_stack(points=1)
def test_residual_stack_again(student: Student, reference: SimpleNamespace) -> None:
    """What was read before, and how many rows it had, does not matter."""
    stack = stack_run(student, 78).layer()
    for turn, (N, T) in enumerate(((2, 3), (2, 2), (3, 1)), start=1):
        text = stack_run(student, 78 + turn, N=N, T=T).inputs
        run = StackRun(student, NAME, stack_run(student, 78).weights, text, [], ("xs",))
        yours = stack.call("forward", *text)
        checks.values(f"{NAME}.forward, call {turn}: hs", yours, run.wanted(reference))


@residual_stack(points=1)
def test_residual_stack_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out, forward and backward."""
    for dtype in (np.float32, np.float64):
        check_forward(stack_run(student, 82, dtype=dtype), reference, f" in {dtype.__name__}", dtype=dtype)
    layer_gradients.check_float32_kept(stack_run(student, 82), seed=82)


@residual_stack(points=1)
def test_residual_stack_leaves_its_arguments_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs and dhs are still what they were."""
    for seed, widths in ((83, WIDTHS), (84, ALIKE)):
        run = stack_run(student, seed, widths)
        kept = student.put(run.inputs[0])
        yours = run.layer().call("forward", kept)
        checks.values(f"{NAME}.forward: hs", yours, run.wanted(reference))
        checks.untouched(f"{NAME}.forward: its argument xs", kept, run.inputs[0])
        layer_gradients.check_upstream_untouched(run, ("dhs",), seed)


@residual_stack(points=2)
def test_residual_stack_lists_what_its_layers_have(student: Student, reference: SimpleNamespace) -> None:
    """`params` and `grads` are the layers' own arrays, from input to output."""
    old, new = stack_run(student, 85), stack_run(student, 86)
    layers = old.layers()
    stack = student.new(NAME, layers)
    checks.values(f"{NAME}.params: Wx, Wh, b of each layer", stack.get("params"), old.weights)
    stack.fill("params", new.weights)
    yours = stack.call("forward", *new.inputs)
    checks.values(f"{NAME}.forward after its params were changed in place: hs", yours, new.wanted(reference))
    stack.call("backward", *new.upstream)
    grads = new.grads(stack)
    layer_gradients.check_parameter_gradients(new, 86, grads)
    for i, layer in enumerate(layers):
        received = arrays(f"the grads of layer {i}", layer.get("grads"), [g.shape for g in grads[3 * i : 3 * i + 3]])
        checks.values(f"{NAME}.grads: those of layer {i}", grads[3 * i : 3 * i + 3], received)


@residual_stack(points=4)
def test_residual_stack_gradients(student: Student, reference: SimpleNamespace) -> None:
    """dxs and every parameter's gradient, of a stack whose hidden states are right."""
    for seed, widths in enumerate(((7, 7), ALIKE, WIDTHS, (1, 7), (7, 1, 5)), start=87):
        run = stack_run(student, seed, widths, T=3)
        check_forward(run, reference, f" of widths {widths}")
        layer_gradients.check_input_gradients(run, seed)
        layer_gradients.check_parameter_gradients(run, seed)


@residual_stack(points=2)
def test_residual_stack_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    first, second = stack_run(student, 92, ALIKE, T=5), stack_run(student, 92, ALIKE, T=2)
    check_forward(second, reference)
    layer_gradients.check_grads_overwritten(first, second, seed=92)
