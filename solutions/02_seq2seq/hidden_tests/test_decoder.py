"""Assignment 02, the decoder: decoder_forward, decoder_backward, decoder_generate."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from autograder.testing.plugin import question
from autograder.testing.sequence_models import decoder, generation
from autograder.testing.student import Student

decoder_forward = partial(
    question, "decoder_forward",
    hint="Which h and which c does the LSTM start from, at the first call and at the second?",
)  # fmt: skip
decoder_backward = partial(
    question, "decoder_backward",
    hint="In which order do the layers pass the gradient back, and where does the LSTM leave that of its initial h?",
)  # fmt: skip
decoder_generate = partial(
    question, "decoder_generate",
    hint="What does the LSTM read at each step, what does it remember, and which id of each row is written down?",
)  # fmt: skip


@decoder_forward(points=2)
def test_decoder_forward_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """Spread, dtype, order, and what the seed decides."""
    decoder.check_initial_weights(student, reference, "Decoder")


@decoder_forward(points=4)
def test_decoder_forward_values(student: Student, reference: SimpleNamespace) -> None:
    """Scores (N, T, V) in float32."""
    decoder.check_scores(student, reference, "Decoder")


@decoder_forward(points=1)
def test_decoder_forward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, T = 1, both."""
    decoder.check_small_sizes(student, reference, "Decoder")


@decoder_forward(points=3)
def test_decoder_forward_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """h is the h given and c is zero at every call."""
    decoder.check_starts_afresh(student, reference, "Decoder")


@decoder_forward(points=1)
def test_decoder_forward_after_generate(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left of what was written before."""
    decoder.check_after_generate(student, reference, "Decoder")


@decoder_forward(points=2)
def test_decoder_forward_uses_h(student: Student, reference: SimpleNamespace) -> None:
    """Every entry of h counts."""
    decoder.check_uses_h(student, reference, "Decoder")


@decoder_forward(points=1)
def test_decoder_forward_does_not_look_ahead(student: Student, reference: SimpleNamespace) -> None:
    """Another id changes no scores before it."""
    decoder.check_no_look_ahead(student, reference, "Decoder")


@decoder_forward(points=1)
def test_decoder_forward_rows(student: Student, reference: SimpleNamespace) -> None:
    """Rows in another order give the same scores in that order."""
    decoder.check_rows(student, reference, "Decoder")


@decoder_forward(points=1)
def test_decoder_forward_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs and h are still what they were."""
    decoder.check_inputs_untouched(student, reference, "Decoder")


@decoder_backward(points=5)
def test_decoder_backward_gradients(student: Student, reference: SimpleNamespace) -> None:
    """The gradient of every parameter and of h."""
    decoder.check_backward(student, reference, "Decoder")


@decoder_backward(points=1)
def test_decoder_backward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, T = 1, both."""
    decoder.check_backward_small_sizes(student, reference, "Decoder")


@decoder_backward(points=2)
def test_decoder_backward_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    decoder.check_backward_overwrites(student, reference, "Decoder")


@decoder_backward(points=1)
def test_decoder_backward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """grads and dh have the dtype of the parameters."""
    decoder.check_backward_dtype(student, reference, "Decoder")


@decoder_backward(points=1)
def test_decoder_backward_leaves_its_upstream_alone(student: Student, reference: SimpleNamespace) -> None:
    """dscores is still what it was."""
    decoder.check_backward_upstream(student, reference, "Decoder")


@decoder_generate(points=5)
def test_decoder_generate_values(student: Student, reference: SimpleNamespace) -> None:
    """Greedy answers of 2 to 6 ids, from several start ids."""
    generation.check_generate(student, reference, "Decoder")


@decoder_generate(points=1)
def test_decoder_generate_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One id, one row, both."""
    generation.check_generate_small_sizes(student, reference, "Decoder")


@decoder_generate(points=3)
def test_decoder_generate_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """The answer is the same whatever was read or written before."""
    generation.check_generate_afresh(student, reference, "Decoder")


@decoder_generate(points=2)
def test_decoder_generate_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each row is answered as if it were alone."""
    generation.check_generate_rows(student, reference, "Decoder")


@decoder_generate(points=1)
def test_decoder_generate_ties(student: Student, reference: SimpleNamespace) -> None:
    """Of equal scores the smallest id wins."""
    generation.check_generate_ties(student, reference, "Decoder")


@decoder_generate(points=1)
def test_decoder_generate_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """h is still what it was."""
    generation.check_generate_inputs_untouched(student, reference, "Decoder")


@decoder_backward(points=2)
def test_decoder_backward_of_many_weights(student: Student, reference: SimpleNamespace) -> None:
    """By the chain rule, not by moving each number and looking what forward gives."""
    decoder.check_backward_of_many_weights(student, reference, "Decoder")
