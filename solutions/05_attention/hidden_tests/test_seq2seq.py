"""Assignment 05, the whole model: attention_seq2seq."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from autograder.testing.plugin import question
from autograder.testing.sequence_models import generation, seq2seq
from autograder.testing.sequence_models.model_pair import STATE
from autograder.testing.student import Student

attention_seq2seq = partial(
    question, "attention_seq2seq", settable=STATE, timeout_s=30,
    given=(
        "weight_sum", "attention_weight", "attention", "time_attention", "attention_encoder",
        "attention_decoder_forward", "attention_decoder_backward", "attention_decoder_generate",
    ),
    hint="Which two parts does it have, what does one hand to the other, and whose params stand first in the list?",
)  # fmt: skip


@attention_seq2seq(points=2)
def test_attention_seq2seq_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """The encoder's parameters before the decoder's, drawn from the rng given."""
    seq2seq.check_initial_weights(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=3)
def test_attention_seq2seq_losses(student: Student, reference: SimpleNamespace) -> None:
    """The mean cross-entropy per target token in nats, for several sizes."""
    seq2seq.check_losses(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left from one call to the next."""
    seq2seq.check_losses_afresh(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_teacher_forcing(student: Student, reference: SimpleNamespace) -> None:
    """No target id reaches the encoder or the step that is to predict it."""
    seq2seq.check_teacher_forcing(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each target belongs to its own source; the order of rows is free."""
    seq2seq.check_rows(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_reads_the_source(student: Student, reference: SimpleNamespace) -> None:
    """Another id anywhere in the source, another loss."""
    seq2seq.check_source_matters(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs and ts are still what they were."""
    seq2seq.check_inputs_untouched(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=3)
def test_attention_seq2seq_gradients(student: Student, reference: SimpleNamespace) -> None:
    """Every gradient, end to end through decoder and encoder."""
    seq2seq.check_after_losses(seq2seq.check_backward, student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_dout(student: Student, reference: SimpleNamespace) -> None:
    """Every gradient times dout."""
    seq2seq.check_after_losses(seq2seq.check_backward_dout, student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_gradients_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One row, one source id, one target id."""
    seq2seq.check_after_losses(seq2seq.check_backward_small_sizes, student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    seq2seq.check_after_losses(seq2seq.check_backward_overwrites, student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """Each gradient has the dtype of its parameter."""
    seq2seq.check_after_losses(seq2seq.check_backward_dtype, student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=2)
def test_attention_seq2seq_generate(student: Student, reference: SimpleNamespace) -> None:
    """Greedy answers of 2 to 6 ids, from several start ids."""
    generation.check_generate(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_generate_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One id, one row, both."""
    generation.check_generate_small_sizes(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_generate_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """The answer is the same whatever was read or written before."""
    generation.check_generate_afresh(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_generate_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each source is answered as if it were alone."""
    generation.check_generate_rows(student, reference, "AttentionSeq2seq")


@attention_seq2seq(points=1)
def test_attention_seq2seq_generate_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is still what it was."""
    generation.check_generate_inputs_untouched(student, reference, "AttentionSeq2seq")
