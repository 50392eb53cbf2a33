"""Assignment 02, the whole model: seq2seq_forward, seq2seq_backward, seq2seq_generate."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from autograder.testing.plugin import question
from autograder.testing.sequence_models import generation, seq2seq
from autograder.testing.sequence_models.model_pair import STATE
from autograder.testing.student import Student

ENCODER, DECODER = ("encoder_forward", "encoder_backward"), ("decoder_forward", "decoder_backward")
seq2seq_forward = partial(
    question, "seq2seq_forward", settable=STATE, given=("encoder_forward", "decoder_forward"),
    hint="Which columns of ts does the decoder read, which must it predict, and what does it start from?",
)  # fmt: skip
seq2seq_backward = partial(
    question, "seq2seq_backward", settable=STATE, given=(*ENCODER, *DECODER, "seq2seq_forward"),
    hint="By which way does the loss reach the encoder, and where does dout enter?",
)  # fmt: skip
seq2seq_generate = partial(
    question, "seq2seq_generate", settable=STATE, given=("encoder_forward", "decoder_forward", "decoder_generate"),
    hint="What does the encoder hand to the decoder, and from which id does the answer start?",
)  # fmt: skip


@seq2seq_forward(points=2)
def test_seq2seq_forward_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """The encoder's parameters before the decoder's, drawn from the rng given."""
    seq2seq.check_initial_weights(student, reference, "Seq2seq")


@seq2seq_forward(points=4)
def test_seq2seq_forward_values(student: Student, reference: SimpleNamespace) -> None:
    """The mean cross-entropy per target token in nats, for several sizes."""
    seq2seq.check_losses(student, reference, "Seq2seq")


@seq2seq_forward(points=1)
def test_seq2seq_forward_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left from one call to the next."""
    seq2seq.check_losses_afresh(student, reference, "Seq2seq")


@seq2seq_forward(points=2)
def test_seq2seq_forward_teacher_forcing(student: Student, reference: SimpleNamespace) -> None:
    """No target id reaches the encoder or the step that is to predict it."""
    seq2seq.check_teacher_forcing(student, reference, "Seq2seq")


@seq2seq_forward(points=1)
def test_seq2seq_forward_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each target belongs to its own source; the order of rows is free."""
    seq2seq.check_rows(student, reference, "Seq2seq")


@seq2seq_forward(points=2)
def test_seq2seq_forward_reads_the_source(student: Student, reference: SimpleNamespace) -> None:
    """Another id anywhere in the source, another loss."""
    seq2seq.check_source_matters(student, reference, "Seq2seq")


@seq2seq_forward(points=1)
def test_seq2seq_forward_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs and ts are still what they were."""
    seq2seq.check_inputs_untouched(student, reference, "Seq2seq")


@seq2seq_backward(points=5)
def test_seq2seq_backward_gradients(student: Student, reference: SimpleNamespace) -> None:
    """Every gradient, end to end through decoder and encoder."""
    seq2seq.check_backward(student, reference, "Seq2seq")


@seq2seq_backward(points=2)
def test_seq2seq_backward_dout(student: Student, reference: SimpleNamespace) -> None:
    """Every gradient times dout."""
    seq2seq.check_backward_dout(student, reference, "Seq2seq")


@seq2seq_backward(points=1)
def test_seq2seq_backward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One row, one source id, one target id."""
    seq2seq.check_backward_small_sizes(student, reference, "Seq2seq")


@seq2seq_backward(points=2)
def test_seq2seq_backward_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    seq2seq.check_backward_overwrites(student, reference, "Seq2seq")


@seq2seq_backward(points=1)
def test_seq2seq_backward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """Each gradient has the dtype of its parameter."""
    seq2seq.check_backward_dtype(student, reference, "Seq2seq")


@seq2seq_generate(points=4)
def test_seq2seq_generate_values(student: Student, reference: SimpleNamespace) -> None:
    """Greedy answers of 2 to 6 ids, from several start ids."""
    generation.check_generate(student, reference, "Seq2seq")


@seq2seq_generate(points=1)
def test_seq2seq_generate_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One id, one row, both."""
    generation.check_generate_small_sizes(student, reference, "Seq2seq")


@seq2seq_generate(points=2)
def test_seq2seq_generate_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """The answer is the same whatever was read or written before."""
    generation.check_generate_afresh(student, reference, "Seq2seq")


@seq2seq_generate(points=2)
def test_seq2seq_generate_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each source is answered as if it were alone."""
    generation.check_generate_rows(student, reference, "Seq2seq")


@seq2seq_generate(points=1)
def test_seq2seq_generate_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is still what it was."""
    generation.check_generate_inputs_untouched(student, reference, "Seq2seq")


@seq2seq_backward(points=2)
def test_seq2seq_backward_of_many_weights(student: Student, reference: SimpleNamespace) -> None:
    """By the chain rule, not by moving each number and looking what forward gives."""
    seq2seq.check_backward_of_many_weights(student, reference, "Seq2seq")
