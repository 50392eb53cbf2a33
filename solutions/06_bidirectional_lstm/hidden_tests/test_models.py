"""Assignment 06, an encoder of two directions and a model with it: bi_encoder, bi_attention_seq2seq."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np

from autograder.testing import checks
from autograder.testing.plugin import question
from autograder.testing.sequence_models import encoder, generation, seq2seq
from autograder.testing.sequence_models.model_pair import STATE
from autograder.testing.sequence_models.oracle_models import N, model_pair
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student

BILSTM = ("time_bilstm_forward", "time_bilstm_backward")
bi_encoder = partial(
    question, "bi_encoder", settable=STATE, given=BILSTM, timeout_s=30,
    hint="How many units has each direction if both together have H, and how many rows has each of its matrices?",
)  # fmt: skip
bi_attention_seq2seq = partial(
    question, "bi_attention_seq2seq", settable=STATE, given=(*BILSTM, "bi_encoder"), timeout_s=40,
    hint="Which two parts does it have, and whose params and grads does an optimiser find in its lists?",
)  # fmt: skip
ENCODER, MODEL = "BiEncoder", "BiAttentionSeq2seq"


@bi_encoder(points=3)
def test_bi_encoder_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """Seven arrays of H/2 units for each direction, each direction drawn on its own."""
    encoder.check_initial_weights(student, reference, ENCODER)


@bi_encoder(points=3)
def test_bi_encoder_values(student: Student, reference: SimpleNamespace) -> None:
    """All hidden states (N, S, H), in float32."""
    encoder.check_values(student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, S = 1, both."""
    encoder.check_small_sizes(student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left of the source before."""
    encoder.check_starts_afresh(student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_reads_every_id(student: Student, reference: SimpleNamespace) -> None:
    """Another id anywhere, other states at the first step as at the last."""
    encoder.check_reads_every_id(student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_rows(student: Student, reference: SimpleNamespace) -> None:
    """The order of rows is free."""
    encoder.check_rows(student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is still what it was."""
    encoder.check_input_untouched(student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_refuses_an_odd_hidden_size(student: Student, reference: SimpleNamespace) -> None:
    """An odd hidden_size is a ValueError; an even one, even if its half is odd, is not."""
    pair, xs = model_pair(student, reference, ENCODER, 141), text(141, N, 3, 11)
    checks.values(f"{ENCODER}.forward: hs", pair.yours.call("forward", xs), np.asarray(pair.oracle.forward(xs)))
    for H in (1, 7, 13):
        checks.raises(f"{ENCODER}(11, 3, {H})", "ValueError", partial(student.new, ENCODER, 11, 3, H))


@bi_encoder(points=4)
def test_bi_encoder_gradients(student: Student, reference: SimpleNamespace) -> None:
    """Of every parameter, by way of both directions."""
    encoder.check_after_values(encoder.check_backward, student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_gradients_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, S = 1, both."""
    encoder.check_after_values(encoder.check_backward_small_sizes, student, reference, ENCODER)


@bi_encoder(points=2)
def test_bi_encoder_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    encoder.check_after_values(encoder.check_backward_overwrites, student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """Each gradient has the dtype of its parameter."""
    encoder.check_after_values(encoder.check_backward_dtype, student, reference, ENCODER)


@bi_encoder(points=1)
def test_bi_encoder_leaves_its_upstream_alone(student: Student, reference: SimpleNamespace) -> None:
    """dhs is still what it was."""
    encoder.check_after_values(encoder.check_backward_upstream, student, reference, ENCODER)


@bi_attention_seq2seq(points=2)
def test_bi_attention_seq2seq_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """Thirteen arrays, the encoder's before the decoder's, drawn from the rng given."""
    seq2seq.check_initial_weights(student, reference, MODEL)


@bi_attention_seq2seq(points=3)
def test_bi_attention_seq2seq_losses(student: Student, reference: SimpleNamespace) -> None:
    """The mean cross-entropy per target token in nats, for several sizes."""
    seq2seq.check_losses(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left from one call to the next."""
    seq2seq.check_losses_afresh(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_teacher_forcing(student: Student, reference: SimpleNamespace) -> None:
    """No target id reaches the encoder or the step that is to predict it."""
    seq2seq.check_teacher_forcing(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each target belongs to its own source; the order of rows is free."""
    seq2seq.check_rows(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_reads_the_source(student: Student, reference: SimpleNamespace) -> None:
    """Another id anywhere in the source, another loss."""
    seq2seq.check_source_matters(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_leaves_its_inputs_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs and ts are still what they were."""
    seq2seq.check_inputs_untouched(student, reference, MODEL)


@bi_attention_seq2seq(points=3)
def test_bi_attention_seq2seq_gradients(student: Student, reference: SimpleNamespace) -> None:
    """Every gradient, end to end: to the encoder by way of attention and of the decoder's first state."""
    seq2seq.check_after_losses(seq2seq.check_backward, student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_dout(student: Student, reference: SimpleNamespace) -> None:
    """Every gradient times dout."""
    seq2seq.check_after_losses(seq2seq.check_backward_dout, student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_gradients_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One row, one source id, one target id."""
    seq2seq.check_after_losses(seq2seq.check_backward_small_sizes, student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    seq2seq.check_after_losses(seq2seq.check_backward_overwrites, student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """Each gradient has the dtype of its parameter."""
    seq2seq.check_after_losses(seq2seq.check_backward_dtype, student, reference, MODEL)


@bi_attention_seq2seq(points=2)
def test_bi_attention_seq2seq_generate(student: Student, reference: SimpleNamespace) -> None:
    """Greedy answers of 2 to 6 ids, from several start ids."""
    generation.check_generate(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_generate_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One id, one row, both."""
    generation.check_generate_small_sizes(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_generate_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """The answer is the same whatever was read or written before."""
    generation.check_generate_afresh(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_generate_rows(student: Student, reference: SimpleNamespace) -> None:
    """Each source is answered as if it were alone."""
    generation.check_generate_rows(student, reference, MODEL)


@bi_attention_seq2seq(points=1)
def test_bi_attention_seq2seq_generate_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """The source is still what it was."""
    generation.check_generate_inputs_untouched(student, reference, MODEL)
