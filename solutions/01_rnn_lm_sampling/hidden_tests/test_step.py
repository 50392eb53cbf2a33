"""Assignment 01, one step: softmax, lstm_forward, lstm_backward."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.sequence_models import large_sizes, layer_gradients
from autograder.testing.sequence_models.lstm import StepCase, large_step_case, step_case, step_run
from autograder.testing.student import Student

softmax = partial(
    question, "softmax", hint="Along which axis do the numbers have to add up to 1, and what is exp(1000)?"
)
lstm_forward = partial(
    question, "lstm_forward",
    hint="Which slice of the 4H columns belongs to which gate, and which of the four goes through tanh?",
)  # fmt: skip
lstm_backward = partial(
    question, "lstm_backward",
    hint="By how many paths does c_next reach the loss, and what is the derivative of each gate at its own output?",
)  # fmt: skip


def scores_case(*shape: int, dtype: Any = np.float64) -> Array:
    """Scores, all different."""
    return (hidden_rng(len(shape)).standard_normal(shape) * 2).astype(dtype)


@softmax(points=4)
def test_softmax_values(student: Student, reference: SimpleNamespace) -> None:
    """Over the last axis, whatever the axes before it."""
    for shape in ((7,), (2, 7), (2, 5, 7), (3, 2, 5, 7), (3, 1)):
        scores = scores_case(*shape)
        checks.values(f"softmax of scores {shape}", student.call("softmax", scores), reference.softmax(scores))


@softmax(points=2)
def test_softmax_survives_large_scores(student: Student, reference: SimpleNamespace) -> None:
    """Scores around +1e4, around -1e4, and both in one array."""
    scores = scores_case(3, 7)
    scores += np.array([[1e4], [-1e4], [0.0]])
    scores[2, ::2] += 1e4
    scores[2, 1::2] -= 1e4
    checks.values("softmax of scores around +-1e4", student.call("softmax", scores), reference.softmax(scores))


@softmax(points=1)
def test_softmax_of_minus_infinity(student: Student, reference: SimpleNamespace) -> None:
    """A score of -inf has probability 0, and the others share the rest."""
    scores = scores_case(2, 7)
    scores[0, 3] = scores[1, :5] = -np.inf
    p = student.call("softmax", scores)
    checks.values("softmax of scores with -inf among them", p, reference.softmax(scores))
    hidden = np.asarray(p)[np.isneginf(scores)]
    checks.equal("softmax: the probabilities where the score is -inf", hidden.tolist(), [0.0] * 6)


@softmax(points=1)
def test_softmax_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out; float64 in, float64 out."""
    for dtype in (np.float32, np.float64):
        scores = scores_case(2, 5, 7, dtype=dtype)
        wanted = reference.softmax(scores).astype(dtype)
        checks.values(f"softmax of {dtype.__name__} scores", student.call("softmax", scores), wanted, dtype=dtype)


@softmax(points=1)
def test_softmax_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """The scores are unchanged."""
    scores = scores_case(2, 5, 7)
    kept = student.put(scores)
    checks.values("softmax", student.call("softmax", kept), reference.softmax(scores))
    checks.untouched("softmax: its argument", kept, scores)


def check_step(label: str, yours: Any, reference: SimpleNamespace, case: StepCase, **kind: Any) -> None:
    """Compare the result of `LSTM.forward` with the oracle's."""
    wanted = reference.LSTM(*case.weights).forward(*case.inputs)
    checks.values(f"LSTM.forward{label}: (h_next, c_next)", yours, tuple(wanted), **kind)


@lstm_forward(points=5)
def test_lstm_forward_values(student: Student, reference: SimpleNamespace) -> None:
    """h_next and c_next of one step."""
    for seed in (1, 2):
        case = step_case(seed)
        check_step("", student.new("LSTM", *case.weights).call("forward", *case.inputs), reference, case)


@lstm_forward(points=1)
def test_lstm_forward_of_one_row(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, and D = H = 1."""
    for sizes in ({"N": 1}, {"N": 1, "D": 1, "H": 1}, {"D": 7, "H": 2}):
        case = step_case(3, **sizes)
        yours = student.new("LSTM", *case.weights).call("forward", *case.inputs)
        check_step(f" with {sizes}", yours, reference, case)


@lstm_forward(points=1)
def test_lstm_forward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 parameters and inputs give float32 states."""
    case = step_case(4, dtype=np.float32)
    yours = student.new("LSTM", *case.weights).call("forward", *case.inputs)
    check_step(" in float32", yours, reference, case, dtype=np.float32)


@lstm_forward(points=1)
def test_lstm_forward_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """x, h_prev and c_prev are unchanged."""
    case = step_case(5)
    kept = [student.put(part) for part in case.inputs]
    check_step("", student.new("LSTM", *case.weights).call("forward", *kept), reference, case)
    for name, ref, sent in zip(("x", "h_prev", "c_prev"), kept, case.inputs, strict=True):
        checks.untouched(f"LSTM.forward: its argument {name}", ref, sent)


@lstm_forward(points=2)
def test_lstm_reads_its_params(student: Student, reference: SimpleNamespace) -> None:
    """`params` are Wx, Wh, b in this order; changing them in place, as an optimizer does, changes forward's result."""
    old, new = step_case(6), step_case(7)
    layer = student.new("LSTM", *old.weights)
    checks.values("LSTM.params: Wx, Wh, b", layer.get("params"), old.weights)
    layer.fill("params", new.weights)
    check_step(" after its params were changed in place", layer.call("forward", *new.inputs), reference, new)


@lstm_backward(points=4)
def test_lstm_backward_input_gradients(student: Student) -> None:
    """dx, dh_prev and dc_prev."""
    layer_gradients.check_input_gradients(step_run(student, step_case(11)), seed=11)


@lstm_backward(points=4)
def test_lstm_backward_parameter_gradients(student: Student) -> None:
    """The gradients of Wx, Wh and b."""
    layer_gradients.check_parameter_gradients(step_run(student, step_case(12)), seed=12)


@lstm_backward(points=1)
def test_lstm_backward_overwrites_grads(student: Student) -> None:
    """In place, never rebound, never summed over two calls."""
    layer_gradients.check_grads_overwritten(
        step_run(student, step_case(13)), step_run(student, step_case(13, N=5)), seed=13
    )


@lstm_backward(points=1)
def test_lstm_backward_of_one_row(student: Student) -> None:
    """N = 1, and D = H = 1."""
    for sizes in ({"N": 1}, {"N": 1, "D": 1, "H": 1}):
        run = replace(step_run(student, step_case(14, **sizes)), ordinary=step_run(student, step_case(14)))
        layer_gradients.check_input_gradients(run, seed=14)
        layer_gradients.check_parameter_gradients(run, seed=14)


@lstm_backward(points=1)
def test_lstm_backward_keeps_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    layer_gradients.check_float32_kept(step_run(student, step_case(15)), seed=15)


@lstm_backward(points=1)
def test_lstm_backward_leaves_its_upstream_alone(student: Student) -> None:
    """dh_next and dc_next are unchanged."""
    layer_gradients.check_upstream_untouched(step_run(student, step_case(16)), ("dh_next", "dc_next"), seed=16)


@lstm_backward(points=2)
def test_lstm_backward_of_many_weights(student: Student) -> None:
    """By the chain rule, not by finite differences of forward in each number."""
    large_sizes.check_layer(step_run(student, step_case(17)), step_run(student, large_step_case(18)), seed=17)
