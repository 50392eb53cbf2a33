"""Assignment 05, the encoder: attention_encoder."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.received import array
from autograder.testing.plugin import question
from autograder.testing.sequence_models import encoder
from autograder.testing.sequence_models.oracle_models import N, S, model_pair
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student

attention_encoder = partial(
    question, "attention_encoder",
    hint="Which hidden states are needed now, and at which steps does a gradient come back?",
)  # fmt: skip


@attention_encoder(points=1)
def test_attention_encoder_initial_weights(student: Student, reference: SimpleNamespace) -> None:
    """Weights, params and grads as in Encoder, of an encoder that gives all its hidden states."""
    encoder.check_values(student, reference, "AttentionEncoder")
    encoder.check_initial_weights(student, reference, "AttentionEncoder")


@attention_encoder(points=4)
def test_attention_encoder_values(student: Student, reference: SimpleNamespace) -> None:
    """Every hidden state, in float32."""
    encoder.check_values(student, reference, "AttentionEncoder")


@attention_encoder(points=1)
def test_attention_encoder_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, S = 1, both."""
    encoder.check_small_sizes(student, reference, "AttentionEncoder")


@attention_encoder(points=2)
def test_attention_encoder_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """Nothing is left of the source before, whatever its number of rows."""
    encoder.check_starts_afresh(student, reference, "AttentionEncoder")


@attention_encoder(points=1)
def test_attention_encoder_does_not_look_ahead(student: Student, reference: SimpleNamespace) -> None:
    """Another id changes its own hidden state and later ones, and none before."""
    xs, pair = text(114, N, S, encoder.V), model_pair(student, reference, "AttentionEncoder", 114)
    before = array("AttentionEncoder.forward: hs", pair.yours.call("forward", xs), (N, S, 7))
    checks.values("AttentionEncoder.forward: hs", before, pair.oracle.forward(xs))
    for s in range(1, S):
        changed = np.where(np.arange(S) == s, (xs + 3) % encoder.V, xs)
        after = array("AttentionEncoder.forward: hs", pair.yours.call("forward", changed), (N, S, 7))
        label = f"AttentionEncoder.forward with other ids at step {s}"
        checks.values(f"{label}: hs before that step", after[:, :s], before[:, :s])
        checks.values(f"{label}: hs", after, pair.oracle.forward(changed))


@attention_encoder(points=1)
def test_attention_encoder_reads_every_id(student: Student, reference: SimpleNamespace) -> None:
    """Another id anywhere, other states, in that row alone."""
    encoder.check_reads_every_id(student, reference, "AttentionEncoder")


@attention_encoder(points=1)
def test_attention_encoder_rows(student: Student, reference: SimpleNamespace) -> None:
    """Rows in another order give the same states in that order."""
    encoder.check_rows(student, reference, "AttentionEncoder")


@attention_encoder(points=1)
def test_attention_encoder_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is still what it was."""
    encoder.check_input_untouched(student, reference, "AttentionEncoder")


@attention_encoder(points=4)
def test_attention_encoder_gradients(student: Student, reference: SimpleNamespace) -> None:
    """The gradient of every parameter, from all hidden states."""
    encoder.check_backward(student, reference, "AttentionEncoder")


@attention_encoder(points=1)
def test_attention_encoder_gradients_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """N = 1, S = 1 (where h starts at zero, and so Wh has no gradient), both."""
    encoder.check_backward_small_sizes(student, reference, "AttentionEncoder")


@attention_encoder(points=2)
def test_attention_encoder_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never added up over two calls."""
    encoder.check_backward_overwrites(student, reference, "AttentionEncoder")


@attention_encoder(points=1)
def test_attention_encoder_gradients_keep_dtype(student: Student, reference: SimpleNamespace) -> None:
    """Each gradient has the dtype of its parameter."""
    encoder.check_backward_dtype(student, reference, "AttentionEncoder")


@attention_encoder(points=1)
def test_attention_encoder_leaves_its_upstream_alone(student: Student, reference: SimpleNamespace) -> None:
    """dhs is still what it was."""
    encoder.check_backward_upstream(student, reference, "AttentionEncoder")
