"""Assignment 01, all steps of a text: time_lstm_forward, time_lstm_backward."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.question import question
from autograder.testing.sequence_models import large_sizes, layer_gradients
from autograder.testing.sequence_models.lstm import TimeCase, large_time_case, time_case, time_run
from autograder.testing.student import Student

STEP = ("lstm_forward", "lstm_backward")
time_lstm_forward = partial(
    question, "time_lstm_forward", given=STEP,
    hint="What goes into step t beside xs[:, t], and where do the states of the step before come from?",
)  # fmt: skip
time_lstm_backward = partial(
    question, "time_lstm_backward", given=STEP,
    hint="Which two gradients meet in h at step t, and how often are the same weights used in one text?",
)  # fmt: skip


def check_text(label: str, yours: Any, reference: SimpleNamespace, case: TimeCase, **kind: Any) -> None:
    """Compare the result of `TimeLSTM.forward` with the oracle's."""
    wanted = reference.TimeLSTM(*case.weights).forward(case.xs)
    checks.values(f"TimeLSTM.forward{label}: hs", yours, wanted, **kind)


@time_lstm_forward(points=5)
def test_time_lstm_forward_values(student: Student, reference: SimpleNamespace) -> None:
    """The hidden states of every step."""
    for seed in (21, 22):
        case = time_case(seed)
        check_text("", student.new("TimeLSTM", *case.weights).call("forward", case.xs), reference, case)


@time_lstm_forward(points=1)
def test_time_lstm_keeps_its_last_state(student: Student, reference: SimpleNamespace) -> None:
    """`.h` and `.c` after forward."""
    case = time_case(23)
    layer, oracle = student.new("TimeLSTM", *case.weights), reference.TimeLSTM(*case.weights)
    checks.values("TimeLSTM.forward: hs", layer.call("forward", case.xs), oracle.forward(case.xs))
    checks.values("TimeLSTM.h after forward", layer.get("h"), oracle.h)
    checks.values("TimeLSTM.c after forward", layer.get("c"), oracle.c)


@time_lstm_forward(points=1)
def test_time_lstm_forward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """T = 1, N = 1, and every size 1."""
    for sizes in ({"T": 1}, {"N": 1}, {"N": 1, "T": 1, "D": 1, "H": 1}, {"T": 2, "N": 5}):
        case = time_case(24, **sizes)
        yours = student.new("TimeLSTM", *case.weights).call("forward", case.xs)
        check_text(f" with {sizes}", yours, reference, case)


@time_lstm_forward(points=1)
def test_time_lstm_forward_does_not_look_ahead(student: Student, reference: SimpleNamespace) -> None:
    """Another last step does not change the hidden states before it."""
    case = time_case(25)
    changed = TimeCase(case.weights, case.xs.copy(), case.dhs)
    changed.xs[:, -1] += 1.0
    before = student.new("TimeLSTM", *case.weights).call("forward", case.xs)
    after = student.new("TimeLSTM", *case.weights).call("forward", changed.xs)
    check_text("", before, reference, case)
    check_text(" with another last step", after, reference, changed)
    label = "TimeLSTM.forward: the hidden states before a step that was changed"
    checks.values(label, np.asarray(after)[:, :-1], np.asarray(before)[:, :-1])


@time_lstm_forward(points=1)
def test_time_lstm_forward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out; float64 in, float64 out."""
    for dtype in (np.float32, np.float64):
        case = time_case(26, dtype=dtype)
        yours = student.new("TimeLSTM", *case.weights).call("forward", case.xs)
        check_text(f" in {dtype.__name__}", yours, reference, case, dtype=dtype)


@time_lstm_forward(points=1)
def test_time_lstm_forward_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is unchanged."""
    case = time_case(27)
    kept = student.put(case.xs)
    check_text("", student.new("TimeLSTM", *case.weights).call("forward", kept), reference, case)
    checks.untouched("TimeLSTM.forward: its argument xs", kept, case.xs)


@time_lstm_forward(points=1)
def test_time_lstm_reads_its_params(student: Student, reference: SimpleNamespace) -> None:
    """`params` are Wx, Wh, b; changing them in place, as an optimizer does, changes forward's result."""
    old, new = time_case(28), time_case(29)
    layer = student.new("TimeLSTM", *old.weights)
    checks.values("TimeLSTM.params: Wx, Wh, b", layer.get("params"), old.weights)
    layer.fill("params", new.weights)
    check_text(" after its params were changed in place", layer.call("forward", new.xs), reference, new)


@time_lstm_backward(points=3)
def test_time_lstm_backward_input_gradient(student: Student) -> None:
    """dxs at every step."""
    layer_gradients.check_input_gradients(time_run(student, time_case(31)), seed=31)


@time_lstm_backward(points=3)
def test_time_lstm_backward_parameter_gradients(student: Student) -> None:
    """The gradients of Wx, Wh and b, summed over the steps."""
    layer_gradients.check_parameter_gradients(time_run(student, time_case(32)), seed=32)


@time_lstm_backward(points=2)
def test_time_lstm_backward_leaves_dh(student: Student) -> None:
    """`.dh` is the gradient of the initial hidden state (here zeros)."""
    whole = time_run(student, time_case(33, D=11, H=2))
    first = replace(time_run(student, time_case(33, T=1, D=11, H=2)), ordinary=whole)
    for run in (first, whole) if layer_gradients.starts_at_the_first_step(whole) else (first,):
        layer = run.layer()
        returned = run.backward(layer)
        layer_gradients.check_input_gradients(run, 33, returned)
        yours, wanted = layer_gradients.initial_state_gradient(run, layer, returned)
        label = f"TimeLSTM.dh after backward, T = {run.inputs[0].shape[1]}: the gradient of the initial hidden state"
        checks.values(label, yours, wanted, rtol=1e-6, atol=1e-8)


@time_lstm_backward(points=1)
def test_time_lstm_backward_overwrites_grads(student: Student) -> None:
    """In place, never rebound, never summed over two calls."""
    first, second = time_run(student, time_case(34)), time_run(student, time_case(34, T=2))
    layer_gradients.check_grads_overwritten(first, second, seed=34)


@time_lstm_backward(points=1)
def test_time_lstm_backward_of_small_sizes(student: Student) -> None:
    """T = 1 (where h starts at zero, and so Wh has no gradient), N = 1, and every size 1 but T."""
    for sizes in ({"T": 1, "N": 3}, {"T": 3, "N": 1}, {"T": 2, "N": 1, "D": 1, "H": 1}):
        run = replace(time_run(student, time_case(35, **sizes)), ordinary=time_run(student, time_case(35)))
        layer_gradients.check_input_gradients(run, seed=35)
        layer_gradients.check_parameter_gradients(run, seed=35, zero=["Wh"] if sizes["T"] == 1 else [])


@time_lstm_backward(points=1)
def test_time_lstm_backward_keeps_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    layer_gradients.check_float32_kept(time_run(student, time_case(36)), seed=36)


@time_lstm_backward(points=1)
def test_time_lstm_backward_leaves_its_upstream_alone(student: Student) -> None:
    """dhs is unchanged."""
    layer_gradients.check_upstream_untouched(time_run(student, time_case(37)), ("dhs",), seed=37)


@time_lstm_backward(points=2)
def test_time_lstm_backward_of_many_weights(student: Student) -> None:
    """By the chain rule, not by finite differences of forward in each number."""
    large_sizes.check_layer(time_run(student, time_case(38)), time_run(student, large_time_case(39)), seed=38)
