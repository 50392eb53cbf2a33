"""Assignment 01, the layers: softmax, lstm_forward, lstm_backward, time_lstm_forward, time_lstm_backward."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import checks
from autograder.plugin import question
from autograder.student import Student
from autograder.suites import layer_gradients as backward_of
from autograder.suites.oracles_lstm import StepCase, TimeCase, step_case, step_run, time_case, time_run
from autograder.suites.received import Array

STEP = ("lstm_forward", "lstm_backward")
softmax = partial(question, "softmax", hint="Along which axis do the numbers have to add up to 1, and what is exp(1000)?")
lstm_forward = partial(
    question, "lstm_forward",
    hint="Which slice of the 4H columns belongs to which gate, and which of the four goes through tanh?",
)  # fmt: skip
lstm_backward = partial(
    question, "lstm_backward",
    hint="By how many paths does c_next reach the loss, and what is the derivative of each gate at its own output?",
)  # fmt: skip
time_lstm_forward = partial(
    question, "time_lstm_forward", given=STEP,
    hint="What goes into step t beside xs[:, t], and where do the states of the step before come from?",
)  # fmt: skip
time_lstm_backward = partial(
    question, "time_lstm_backward", given=STEP,
    hint="Which two gradients meet in h at step t, and how often are the same weights used in one text?",
)  # fmt: skip


def scores_case(*shape: int, dtype: Any = np.float64) -> Array:
    """Scores with all values different."""
    return (np.random.default_rng(len(shape)).standard_normal(shape) * 2).astype(dtype)


@softmax(points=4)
def test_softmax_values(student: Student, reference: SimpleNamespace) -> None:
    """Over the last axis, whatever stands before it."""
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
    """The scores are still what they were."""
    scores = scores_case(2, 5, 7)
    kept = student.put(scores)
    checks.values("softmax", student.call("softmax", kept), reference.softmax(scores))
    checks.untouched("softmax: its argument", kept, scores)


def check_step(where: str, yours: Any, reference: SimpleNamespace, case: StepCase, **kind: Any) -> None:
    """What `LSTM.forward` returned against the oracle's."""
    wanted = reference.LSTM(*case.weights).forward(*case.inputs)
    checks.values(f"LSTM.forward{where}: (h_next, c_next)", yours, tuple(wanted), **kind)


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
    """x, h_prev and c_prev are still what they were."""
    case = step_case(5)
    kept = [student.put(part) for part in case.inputs]
    check_step("", student.new("LSTM", *case.weights).call("forward", *kept), reference, case)
    for name, ref, sent in zip(("x", "h_prev", "c_prev"), kept, case.inputs, strict=True):
        checks.untouched(f"LSTM.forward: its argument {name}", ref, sent)


@lstm_forward(points=2)
def test_lstm_reads_its_params(student: Student, reference: SimpleNamespace) -> None:
    """`params` are Wx, Wh, b in this order; an optimizer that changes them in place changes what forward gives."""
    old, new = step_case(6), step_case(7)
    layer = student.new("LSTM", *old.weights)
    checks.values("LSTM.params: Wx, Wh, b", layer.get("params"), old.weights)
    layer.fill("params", new.weights)
    check_step(" after its params were changed in place", layer.call("forward", *new.inputs), reference, new)


@lstm_backward(points=4)
def test_lstm_backward_input_gradients(student: Student) -> None:
    """dx, dh_prev and dc_prev."""
    backward_of.check_input_gradients(step_run(student, step_case(11)), seed=11)


@lstm_backward(points=4)
def test_lstm_backward_parameter_gradients(student: Student) -> None:
    """The gradients of Wx, Wh and b."""
    backward_of.check_parameter_gradients(step_run(student, step_case(12)), seed=12)


@lstm_backward(points=1)
def test_lstm_backward_overwrites_grads(student: Student) -> None:
    """In place, never rebound, never added up over two calls."""
    backward_of.check_grads_overwritten(step_run(student, step_case(13)), step_run(student, step_case(13, N=5)), seed=13)


@lstm_backward(points=1)
def test_lstm_backward_of_one_row(student: Student) -> None:
    """N = 1, and D = H = 1."""
    for sizes in ({"N": 1}, {"N": 1, "D": 1, "H": 1}):
        run = step_run(student, step_case(14, **sizes))
        backward_of.check_input_gradients(run, seed=14)
        backward_of.check_parameter_gradients(run, seed=14)


@lstm_backward(points=1)
def test_lstm_backward_keeps_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    backward_of.check_float32_kept(step_run(student, step_case(15)), seed=15)


@lstm_backward(points=1)
def test_lstm_backward_leaves_its_upstream_alone(student: Student) -> None:
    """dh_next and dc_next are still what they were."""
    backward_of.check_upstream_untouched(step_run(student, step_case(16)), ("dh_next", "dc_next"), seed=16)


def check_text(where: str, yours: Any, reference: SimpleNamespace, case: TimeCase, **kind: Any) -> None:
    """What `TimeLSTM.forward` returned against the oracle's."""
    wanted = reference.TimeLSTM(*case.weights).forward(case.xs)
    checks.values(f"TimeLSTM.forward{where}: hs", yours, wanted, **kind)


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
    """Another last step leaves the hidden states before it alone."""
    case = time_case(25)
    changed = TimeCase(case.weights, case.xs.copy(), case.dhs)
    changed.xs[:, -1] += 1.0
    before = student.new("TimeLSTM", *case.weights).call("forward", case.xs)
    after = student.new("TimeLSTM", *case.weights).call("forward", changed.xs)
    check_text("", before, reference, case)
    check_text(" with another last step", after, reference, changed)
    where = "TimeLSTM.forward: the hidden states before a step that was changed"
    checks.values(where, np.asarray(after)[:, :-1], np.asarray(before)[:, :-1])


@time_lstm_forward(points=1)
def test_time_lstm_forward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out; float64 in, float64 out."""
    for dtype in (np.float32, np.float64):
        case = time_case(26, dtype=dtype)
        yours = student.new("TimeLSTM", *case.weights).call("forward", case.xs)
        check_text(f" in {dtype.__name__}", yours, reference, case, dtype=dtype)


@time_lstm_forward(points=1)
def test_time_lstm_forward_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is still what it was."""
    case = time_case(27)
    kept = student.put(case.xs)
    check_text("", student.new("TimeLSTM", *case.weights).call("forward", kept), reference, case)
    checks.untouched("TimeLSTM.forward: its argument xs", kept, case.xs)


@time_lstm_forward(points=1)
def test_time_lstm_reads_its_params(student: Student, reference: SimpleNamespace) -> None:
    """`params` are Wx, Wh, b; changing them in place, as an optimizer does, changes what forward gives."""
    old, new = time_case(28), time_case(29)
    layer = student.new("TimeLSTM", *old.weights)
    checks.values("TimeLSTM.params: Wx, Wh, b", layer.get("params"), old.weights)
    layer.call("forward", old.xs)
    layer.fill("params", new.weights)
    check_text(" after its params were changed in place", layer.call("forward", new.xs), reference, new)


@time_lstm_backward(points=3)
def test_time_lstm_backward_input_gradient(student: Student) -> None:
    """dxs at every step."""
    backward_of.check_input_gradients(time_run(student, time_case(31)), seed=31)


@time_lstm_backward(points=3)
def test_time_lstm_backward_parameter_gradients(student: Student) -> None:
    """The gradients of Wx, Wh and b, added up over the steps."""
    backward_of.check_parameter_gradients(time_run(student, time_case(32)), seed=32)


@time_lstm_backward(points=2)
def test_time_lstm_backward_leaves_dh(student: Student) -> None:
    """`.dh` is the gradient of the hidden state that the text started from (here zeros)."""
    run = time_run(student, time_case(33, D=11, H=2))
    layer = run.layer()
    returned = run.backward(layer)
    backward_of.check_input_gradients(run, 33, returned)
    yours, wanted = backward_of.initial_state_gradient(run, layer, returned)
    checks.values("TimeLSTM.dh after backward: the gradient of the initial hidden state", yours, wanted, rtol=1e-6, atol=1e-8)


@time_lstm_backward(points=1)
def test_time_lstm_backward_overwrites_grads(student: Student) -> None:
    """In place, never rebound, never added up over two calls."""
    first, second = time_run(student, time_case(34)), time_run(student, time_case(34, N=3, T=2))
    backward_of.check_grads_overwritten(first, second, seed=34)


@time_lstm_backward(points=1)
def test_time_lstm_backward_of_small_sizes(student: Student) -> None:
    """T = 1 (where h starts at zero, and so Wh has no gradient), N = 1, and every size 1 but T."""
    for sizes in ({"T": 1, "N": 3}, {"T": 3, "N": 1}, {"T": 2, "N": 1, "D": 1, "H": 1}):
        run = time_run(student, time_case(35, **sizes))
        backward_of.check_input_gradients(run, seed=35)
        backward_of.check_parameter_gradients(run, seed=35, zero=["Wh"] if sizes["T"] == 1 else [])


@time_lstm_backward(points=1)
def test_time_lstm_backward_keeps_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    backward_of.check_float32_kept(time_run(student, time_case(36)), seed=36)


@time_lstm_backward(points=1)
def test_time_lstm_backward_leaves_its_upstream_alone(student: Student) -> None:
    """dhs is still what it was."""
    backward_of.check_upstream_untouched(time_run(student, time_case(37)), ("dhs",), seed=37)
