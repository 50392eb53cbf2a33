"""Assignment 05, the encoder: attention_encoder."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import array
from autograder.testing.question import Question, asks
from autograder.testing.sequence_models.encoder import EncoderQuestions, V
from autograder.testing.sequence_models.oracle_models import N, S, model_pair
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student


class TestAttentionEncoder(EncoderQuestions):
    """An encoder that gives all its hidden states."""

    name = "AttentionEncoder"
    forward = backward = Question(
        "attention_encoder",
        hint="Which hidden states are needed now, and at which steps does a gradient come back?",
    )
    points = {"test_forward_values": 4}

    @asks("forward", points=1, before="test_forward_values")
    def test_forward_initial_weights(self, student: Student, reference: SimpleNamespace) -> None:
        """Weights, params and grads as in Encoder, of an encoder that gives all its hidden states."""
        self.test_forward_values(student, reference)
        super().test_forward_initial_weights(student, reference)

    @asks("forward", points=1, before="test_forward_reads_every_id")
    def test_forward_does_not_look_ahead(self, student: Student, reference: SimpleNamespace) -> None:
        """Another id changes its own hidden state and later ones, and none before."""
        xs, pair = text(114, N, S, V), model_pair(student, reference, self.name, 114)
        before = array(f"{self.name}.forward: hs", pair.yours.call("forward", xs), (N, S, 7))
        checks.values(f"{self.name}.forward: hs", before, pair.oracle.forward(xs))
        for s in range(1, S):
            changed = np.where(np.arange(S) == s, (xs + 3) % V, xs)
            after = array(f"{self.name}.forward: hs", pair.yours.call("forward", changed), (N, S, 7))
            label = f"{self.name}.forward with other ids at step {s}"
            checks.values(f"{label}: hs before that step", after[:, :s], before[:, :s])
            checks.values(f"{label}: hs", after, pair.oracle.forward(changed))
