"""Assignment 02, the encoder: encoder_forward, encoder_backward."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import checks
from autograder.plugin import question
from autograder.student import Student
from autograder.suites import model_gradients as gradients
from autograder.suites import model_weights as drawn
from autograder.suites.model_weights import LARGE, text
from autograder.suites.oracles_seq2seq import ENCODER, N, S, shapes_of, twins, vectors
from autograder.suites.received import Array
from autograder.suites.twins import Twins

encoder_forward = partial(
    question, "encoder_forward",
    hint="Which of the hidden states is h, and where does the LSTM start each time?",
)  # fmt: skip
encoder_backward = partial(
    question, "encoder_backward",
    hint="At which step does dh enter the LSTM, what is the gradient at the others, and what comes after the LSTM?",
)  # fmt: skip
V = 11
SMALL = ((1, 5), (3, 1), (1, 1))  # rows and steps


def check_h(where: str, pair: Twins, xs: Array, **kind: Any) -> Array:
    """h (N, H) against the oracle's."""
    wanted = np.asarray(pair.oracle.forward(xs))
    checks.values(f"Encoder.forward {where}: h", pair.yours.call("forward", xs), wanted, **kind)
    return wanted


@encoder_forward(points=2)
def test_encoder_forward_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """float32, embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero, in the order of the layers."""
    shapes = shapes_of(reference.Encoder(*LARGE.arguments))
    drawn.check_initial(student, "Encoder", ENCODER, LARGE, shapes)
    drawn.check_differ_without_rng(student, "Encoder", LARGE, shapes)
    drawn.check_grads_fit(student, "Encoder", LARGE, shapes)


@encoder_forward(points=3)
def test_encoder_forward_values(student: Student, reference: SimpleNamespace) -> None:
    """The last hidden state, in float32."""
    for seed in (101, 102):
        pair = twins(student, reference, "Encoder", seed)
        wanted = check_h("of 2 x 13 ids", pair, text(seed, N, S, V), dtype=np.float32)
        assert np.abs(wanted[0] - wanted[1]).max() > 0.1, "the source does not matter"


@encoder_forward(points=1)
def test_encoder_forward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, S = 1, both."""
    for seed, (rows, steps) in enumerate(SMALL, start=103):
        pair = twins(student, reference, "Encoder", seed)
        check_h(f"of {rows} x {steps} ids", pair, text(seed, rows, steps, V))


@encoder_forward(points=2)
def test_encoder_forward_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left of the source before, whatever its number of rows."""
    pair = twins(student, reference, "Encoder", 106)
    for turn, (rows, steps) in enumerate(((2, 3), (2, 1), (3, 2), (2, 2)), start=1):
        check_h(f"of {rows} x {steps} ids, call {turn}", pair, text(106 + turn, rows, steps, V))


@encoder_forward(points=1)
def test_encoder_forward_reads_every_id(student: Student, reference: SimpleNamespace) -> None:
    """Another id anywhere, another h, in that row alone."""
    steps = 5
    xs = text(111, N, steps, V)
    pair = twins(student, reference, "Encoder", 111)
    before = check_h("of 2 x 5 ids", pair, xs)
    for s in range(steps):
        changed = xs.copy()
        changed[1, s] = (xs[1, s] + 3) % V
        after = check_h(f"with another id at [1, {s}]", pair, changed)
        assert np.abs(after - before).max(axis=1).tolist()[0] < 1e-6, "rows mix"
        assert np.abs(after - before).max(axis=1).tolist()[1] > 1e-2, f"id {s} does not matter"


@encoder_forward(points=1)
def test_encoder_forward_rows(student: Student, reference: SimpleNamespace) -> None:
    """Rows in another order give the same states in that order."""
    pair, order = twins(student, reference, "Encoder", 112), [2, 0, 1]
    xs = text(112, 3, S, V)
    wanted = check_h("of 3 x 13 ids", pair, xs)
    yours = pair.yours.call("forward", xs[order])
    checks.values("Encoder.forward with its rows in another order: h", yours, wanted[order])


@encoder_forward(points=1)
def test_encoder_forward_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is still what it was."""
    pair, xs = twins(student, reference, "Encoder", 113), text(113, N, S, V)
    kept = student.put(xs)
    checks.values("Encoder.forward: h", pair.yours.call("forward", kept), pair.oracle.forward(xs))
    checks.untouched("Encoder.forward: its argument xs", kept, xs)


def run(student: Student, reference: SimpleNamespace, seed: int, rows: int = N, steps: int = S) -> gradients.ModelRun:
    """An encoder's forward and the gradient of its h."""
    inputs = (text(seed, rows, steps, V),)
    return gradients.ModelRun(student, reference, "Encoder", seed, inputs, vectors(seed + 1, rows))


@encoder_backward(points=4)
def test_encoder_backward_gradients(student: Student, reference: SimpleNamespace) -> None:
    """The gradient of every parameter."""
    for seed in (121, 122):
        gradients.check_gradients(run(student, reference, seed))


@encoder_backward(points=1)
def test_encoder_backward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, S = 1 (where h starts at zero, and so Wh has no gradient), both."""
    for seed, (rows, steps) in enumerate(SMALL, start=123):
        small, ordinary = run(student, reference, seed, rows, steps), run(student, reference, seed)
        gradients.check_gradients(small, f" of {rows} x {steps} ids", otherwise=ordinary)


@encoder_backward(points=2)
def test_encoder_backward_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    first, second = (run(student, reference, 126, rows, steps) for rows, steps in ((2, 5), (2, 3)))
    gradients.check_overwritten(first, second)


@encoder_backward(points=1)
def test_encoder_backward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """Each gradient has the dtype of its parameter."""
    gradients.check_dtype(run(student, reference, 127))


@encoder_backward(points=1)
def test_encoder_backward_leaves_its_upstream_alone(student: Student, reference: SimpleNamespace) -> None:
    """dh is still what it was."""
    gradients.check_upstream_untouched(run(student, reference, 128), "dh")
