"""Assignment 02, the encoder: encoder_forward, encoder_backward."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from autograder.testing.plugin import question
from autograder.testing.sequence_models import encoder
from autograder.testing.student import Student

encoder_forward = partial(
    question, "encoder_forward",
    hint="Which of the hidden states is h, and where does the LSTM start each time?",
)  # fmt: skip
encoder_backward = partial(
    question, "encoder_backward",
    hint="At which step does dh enter the LSTM, what is the gradient at the others, and what comes after the LSTM?",
)  # fmt: skip


@encoder_forward(points=2)
def test_encoder_forward_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """float32, embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero, in the order of the layers."""
    encoder.check_initial_weights(student, reference, "Encoder")


@encoder_forward(points=3)
def test_encoder_forward_values(student: Student, reference: SimpleNamespace) -> None:
    """The last hidden state, in float32."""
    encoder.check_values(student, reference, "Encoder")


@encoder_forward(points=1)
def test_encoder_forward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, S = 1, both."""
    encoder.check_small_sizes(student, reference, "Encoder")


@encoder_forward(points=2)
def test_encoder_forward_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left of the source before, whatever its number of rows."""
    encoder.check_starts_afresh(student, reference, "Encoder")


@encoder_forward(points=1)
def test_encoder_forward_reads_every_id(student: Student, reference: SimpleNamespace) -> None:
    """Another id anywhere, another h, in that row alone."""
    encoder.check_reads_every_id(student, reference, "Encoder")


@encoder_forward(points=1)
def test_encoder_forward_rows(student: Student, reference: SimpleNamespace) -> None:
    """Rows in another order give the same states in that order."""
    encoder.check_rows(student, reference, "Encoder")


@encoder_forward(points=1)
def test_encoder_forward_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is still what it was."""
    encoder.check_input_untouched(student, reference, "Encoder")


@encoder_backward(points=4)
def test_encoder_backward_gradients(student: Student, reference: SimpleNamespace) -> None:
    """The gradient of every parameter."""
    encoder.check_backward(student, reference, "Encoder")


@encoder_backward(points=1)
def test_encoder_backward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, S = 1 (where h starts at zero, and so Wh has no gradient), both."""
    encoder.check_backward_small_sizes(student, reference, "Encoder")


@encoder_backward(points=2)
def test_encoder_backward_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    encoder.check_backward_overwrites(student, reference, "Encoder")


@encoder_backward(points=1)
def test_encoder_backward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """Each gradient has the dtype of its parameter."""
    encoder.check_backward_dtype(student, reference, "Encoder")


@encoder_backward(points=1)
def test_encoder_backward_leaves_its_upstream_alone(student: Student, reference: SimpleNamespace) -> None:
    """dh is still what it was."""
    encoder.check_backward_upstream(student, reference, "Encoder")


@encoder_backward(points=2)
def test_encoder_backward_of_many_weights(student: Student, reference: SimpleNamespace) -> None:
    """By the chain rule, not by moving each number and looking what forward gives."""
    encoder.check_backward_of_many_weights(student, reference, "Encoder")
